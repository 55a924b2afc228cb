"""The list of lots, one lot's page, accepting it and giving it back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from centre_portal import words
from centre_portal.forms import ReasonForm
from evaluation import queries as evaluation
from evaluation.models import MemberState
from identity.policy import Act
from tendering import completeness, faults, queries
from tendering.machines import machines
from tendering.models import Lot
from tendering.operations.accept_lot import accept_lot
from tendering.operations.return_lot import return_lot
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.lists import ListPage
from ui.lot_lists import COLUMNS, LotFilter
from ui.refusals import told
from ui.reports import may_open_report

TEMPLATE = "centre/lot.html"


@require_safe
@access(Act.SEE_CENTRE_DESK)
def lots(request: HttpRequest) -> HttpResponse:
    """List every lot that was handed to the centre."""
    actor = actor_of(request)
    form = LotFilter(request.GET or None, actor=actor)
    rows = queries.visible_lots(actor, search=form.search() if form.is_bound else None)
    page: ListPage[Lot] = ListPage(request, rows=rows, columns=COLUMNS, default="-stage_at", form=form)
    if page.wants_sheet:
        return page.sheet(_("标段"))
    return render(request, "centre/lots.html", {"page": page, "form": form})


def lot_context(request: HttpRequest, lot: Lot) -> dict[str, Any]:
    """Return what the centre's page of a lot shows; of the committee only how many sit, never who (BL-37)."""
    committee = evaluation.committee_of(lot)
    states = [member.state for member in evaluation.members(committee)] if committee else []
    missing = completeness.missing_reasons(lot) if lot.stage == "submitted" else []
    return {
        "lot": lot,
        "documents": queries.documents_in_force(lot, pending=True),
        "document_kinds": words.DOCUMENT_KINDS,
        "missing": told(missing),
        "committee": committee,
        "phase": words.PHASES.get(committee.phase, "") if committee else "",
        "sitting": len(states),
        "pledged": states.count(MemberState.SEATED),
        "notices": queries.notices(lot),
        "machines": machines(lot),
        "faults": faults.faults_of(lot),
        "report": may_open_report(lot, actor_of(request)),
    }


@require_safe
@access(Act.ATTEND_LOT)
def lot_page(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the lot to the centre."""
    return render(request, TEMPLATE, lot_context(request, lot))


@require_POST
@access(Act.ACCEPT_LOT)
def accept(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Accept a submitted lot."""
    return act(
        request,
        template=TEMPLATE,
        context=lot_context(request, lot),
        operation=lambda: accept_lot(lot_code=lot.code, actor=actor_of(request)),
        done=_("已受理，招标人可以签名并发布公告。"),
        to=("centre:lot", lot.code),
    )


@require_http_methods(["GET", "POST"])
@access(Act.RETURN_LOT)
def give_back(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Give a submitted lot back to its purchaser, with the reason."""
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        return render(request, "centre/return.html", {"lot": lot, "form": form})
    form = ReasonForm(request.POST)
    return act(
        request,
        template="centre/return.html",
        context={"lot": lot},
        form=form,
        operation=lambda: return_lot(lot_code=lot.code, actor=actor_of(request), reason=form.cleaned_data["reason"]),
        done=_("已退回招标人修改。"),
        to=("centre:desk",),
    )
