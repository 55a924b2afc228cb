"""One lot: where it stands, what is next, editing the draft, submitting, ending, tendering again."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from identity.policy import Act
from lawbook import scheme
from lawbook.procedures import procedure
from lawbook.reasons import Refused
from purchaser_portal import schemes
from purchaser_portal.forms import DOCUMENT_KINDS, POLICIES, AnswerForm, DocumentForm, LotForm, ReasonForm
from purchaser_portal.views.acting import act
from tendering import queries
from tendering.models import Lot
from tendering.operations.draft_lot import edit_lot
from tendering.operations.fail_lot import fail_lot
from tendering.operations.retender_lot import retender_lot
from tendering.operations.submit_lot import submit_lot
from tendering.operations.terminate_lot import terminate_lot
from ui.access import access
from ui.context import actor_of
from ui.refusals import refused
from ui.reports import may_open_report

TEMPLATE = "purchaser/lot.html"
UNREADABLE = 422
ATTACHABLE = frozenset({"draft", "accepted", "announced"})


def lot_context(request: HttpRequest, lot: Lot) -> dict[str, Any]:
    """Return everything a lot's page shows its owner. Who fetched or bid is not among it (BL-22)."""
    actor = actor_of(request)
    return {
        "lot": lot,
        "documents": queries.documents_in_force(lot, pending=True),
        "document_kinds": dict(DOCUMENT_KINDS),
        "policy_words": dict(POLICIES).get(lot.policy, lot.policy),
        "attachable": lot.stage in ATTACHABLE,
        "document_form": DocumentForm(),
        "notices": queries.notices(lot),
        "questions": queries.questions(lot, actor),
        "objections": queries.objections(lot, actor),
        "candidates": queries.candidates(lot),
        "answer_form": AnswerForm(),
        "scheme_groups": schemes.groups(lot.scheme),
        "award": getattr(lot, "award", None),
        "report": may_open_report(lot, actor),
    }


@require_safe
@access(Act.DOWNLOAD_DOCUMENT)
def lot_page(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the lot to its owner; others have their own pages."""
    if not queries.owns(lot.project, actor_of(request)):
        return redirect("public:lot", lot.code)
    return render(request, TEMPLATE, lot_context(request, lot))


@require_http_methods(["GET", "POST"])
@access(Act.EDIT_DRAFT)
def edit(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Edit the draft."""
    form = LotForm(request.POST or None, initial={name: getattr(lot, name) for name in LotForm.base_fields})
    default = scheme(procedure(lot.project.procedure).default_scheme)
    points = schemes.PointsForm(lot.scheme, request.POST or None, default=default)
    context = {"project": lot.project, "lot": lot, "form": form, "points": points, "heading": _("编辑标段")}
    if request.method == "GET" or not (form.is_valid() and points.is_valid()):
        return render(request, "purchaser/lot_edit.html", context, status=UNREADABLE if form.is_bound else 200)
    try:
        edit_lot(lot_code=lot.code, actor=actor_of(request), draft=form.draft(points.scheme()))
    except Refused as exc:
        return refused(request, "purchaser/lot_edit.html", context, exc)
    return redirect("purchaser:lot", lot.code)


@require_POST
@access(Act.SUBMIT_LOT)
def submit(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Hand the lot to the trading centre."""
    try:
        submit_lot(lot_code=lot.code, actor=actor_of(request))
    except Refused as exc:
        return refused(request, TEMPLATE, lot_context(request, lot), exc)
    return redirect("purchaser:lot", lot.code)


@require_http_methods(["GET", "POST"])
@access(Act.TERMINATE_LOT)
def terminate(request: HttpRequest, lot: Lot) -> HttpResponse:
    """End the tender for good, with a reason; asks once more before it does."""
    return _ended(request, lot, "purchaser/terminate.html", terminate_lot, _("已终止招标。"))


@require_http_methods(["GET", "POST"])
@access(Act.DECLARE_FAILED)
def fail(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Declare the tender failed after the evaluation, with a reason; asks once more before it does."""
    return _ended(request, lot, "purchaser/fail.html", fail_lot, _("已宣布流标，可以重新招标。"))


def _ended(request: HttpRequest, lot: Lot, template: str, end: Callable[..., Lot], done: str) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return render(request, template, {"lot": lot, "form": form})
    return act(
        request,
        template=template,
        context={"lot": lot},
        form=form,
        operation=lambda: end(lot_code=lot.code, actor=actor_of(request), reason=form.cleaned_data["reason"]),
        done=done,
        to=("purchaser:lot", lot.code),
    )


@require_POST
@access(Act.RETENDER_LOT)
def retender(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Tender a failed lot again."""
    try:
        again = retender_lot(lot_code=lot.code, actor=actor_of(request))
    except Refused as exc:
        return refused(request, TEMPLATE, lot_context(request, lot), exc)
    return redirect("purchaser:lot", again.code)
