"""The committee from the centre's side: drawing it, the record of the draw, starting the evaluation, its progress."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from centre_portal import draws, words
from centre_portal.forms import DrawForm, ReplaceForm
from centre_portal.views.lots import TEMPLATE, lot_context
from evaluation import queries as evaluation
from evaluation.operations.draw_committee import draw_committee
from evaluation.operations.replace_member import PHASES, replace_member
from evaluation.operations.start_evaluation import start_evaluation
from identity.policy import Act
from identity.roles import Role
from tendering.models import Lot
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.refusals import told

REPLACE = "centre/replace.html"


@require_http_methods(["GET", "POST"])
@access(Act.DRAW_COMMITTEE)
def draw(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Draw the committee; once drawn, show the record."""
    if request.method == "GET" and evaluation.committee_of(lot):
        return redirect("centre:committee", lot.code)
    form = DrawForm(request.POST if request.method == "POST" else None, lot=lot)
    context = {"lot": lot, "pools": draws.pools(lot), "names_public": draws.names_public(lot)}
    if request.method == "GET":
        return render(request, "centre/draw.html", context | {"form": form})
    return act(
        request,
        template="centre/draw.html",
        context=context,
        form=form,
        operation=lambda: draw_committee(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("评标委员会已抽取。"),
        to=("centre:committee", lot.code),
    )


def _record(lot: Lot) -> dict[str, Any]:
    committee = evaluation.committee_of(lot)
    if committee is None:
        return {"lot": lot, "committee": None}
    known = draws.names_public(lot)
    return {
        "lot": lot,
        "committee": committee,
        "record": committee.draw,
        "names_public": known,
        "called": draws.called(committee),
        "orders": draws.orders(committee) if known else [],
        "faults": told(draws.recomputed(committee)),
        "phase": words.PHASES.get(committee.phase, ""),
        "kinds": words.MEMBER_KINDS,
        "states": words.MEMBER_STATES,
        "sitting": {member.pk for member in evaluation.members(committee)},
        "vacant": draws.vacant(committee),
        "replaceable": committee.phase in PHASES,
    }


@require_safe
@access(Act.SEE_COMMITTEE)
def record(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the committee and the record of its draw to the offices; everybody else has the public page."""
    if actor_of(request).role not in (Role.CENTRE, Role.REGULATOR):
        return redirect("public:lot", lot.code)
    return render(request, "centre/committee.html", _record(lot))


@require_http_methods(["GET", "POST"])
@access(Act.DRAW_COMMITTEE)
def replace(request: HttpRequest, lot: Lot, seat: int) -> HttpResponse:
    """Fill a seat anew; asks for the reason, and for the purchaser's seat who is sent now."""
    committee = evaluation.committee_of(lot)
    if committee is None:
        return redirect("centre:lot", lot.code)
    if not 1 <= seat <= committee.size:
        raise Http404(str(seat))
    member = evaluation.members(committee).filter(seat=seat).first()
    about: dict[str, Any] = {"lot": lot, "delegate": draws.is_delegates(committee, seat)}
    if request.method == "GET":
        form = ReplaceForm(initial={"seen": member.person.login if member else ""}, **about)
        return render(request, REPLACE, about | {"seat": seat, "member": member, "form": form})
    form = ReplaceForm(request.POST, **about)
    return act(
        request,
        template=REPLACE,
        context=about | {"seat": seat, "member": member},
        form=form,
        operation=lambda: replace_member(lot_code=lot.code, seat=seat, actor=actor_of(request), **form.cleaned_data),
        done=_("席位已更换，新成员承诺后到位。"),
        to=("centre:committee", lot.code),
    )


@require_POST
@access(Act.START_EVALUATION)
def start(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Hand over from the opening to the committee."""
    return act(
        request,
        template=TEMPLATE,
        context=lot_context(request, lot),
        operation=lambda: start_evaluation(lot_code=lot.code, actor=actor_of(request)),
        done=_("评标已开始。"),
        to=("centre:lot", lot.code) if actor_of(request).role is Role.CENTRE else ("purchaser:lot", lot.code),
    )


@require_safe
@access(Act.SEE_PROGRESS)
def progress(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show how far each seat is: submitted or not; never a mark, never a score (BL-38)."""
    committee = evaluation.committee_of(lot)
    if committee is None:
        return render(request, "centre/progress.html", {"lot": lot, "committee": None})
    context = {
        "lot": lot,
        "committee": committee,
        "phase": words.PHASES.get(committee.phase, ""),
        "rows": evaluation.progress(committee),
        "kinds": words.MEMBER_KINDS,
        "reading": evaluation.reading_progress(lot),
        "report": evaluation.report_of(lot),
    }
    return render(request, "centre/progress.html", context)
