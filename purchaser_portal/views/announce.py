"""Announcing and amending: the browser signs the tender parameters with the organisation's own key."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.policy import Act
from identity.queries import trust_root
from lawbook.reasons import Refused
from ledger import clock
from purchaser_portal.forms import AmendForm, AnnounceForm
from purchaser_portal.words import sign_words
from tendering import parameters, queries
from tendering.models import Lot
from tendering.operations.amend_lot import amend_lot
from tendering.operations.announce_lot import announce_lot
from tendering.rules import periods
from ui.access import access
from ui.context import actor_of
from ui.refusals import refused

UNREADABLE = 422


def _expected(lot: Lot, form: AnnounceForm) -> JsonResponse:
    """Answer what has to be signed for the deadline typed, with the custodians' keys, for the signing script."""
    deadline_at = form.cleaned_data["deadline_at"]
    recipients = (
        [] if lot.policy == parameters.WITHOUT_CUSTODIANS else queries.custodian_keys(deadline_at, suite=lot.suite)
    )
    body = parameters.expected_parameters(lot, deadline_at=deadline_at, recipients=recipients)
    return JsonResponse({"body": body, "recipients": recipients, "root": trust_root(lot.suite)})


def _context(request: HttpRequest, lot: Lot, form: AnnounceForm) -> dict[str, Any]:
    return {
        "lot": lot,
        "form": form,
        "documents": queries.documents_in_force(lot, pending=True),
        "custodians": queries.custodian_keys(suite=lot.suite),
        "sign_words": sign_words(),
        "earliest": periods.earliest_deadline(clock.now(), lot.project.procedure),
    }


def _page(
    request: HttpRequest, lot: Lot, form: AnnounceForm, *, template: str, operation: Any, done: str
) -> HttpResponse:
    context = _context(request, lot, form)
    if request.method == "GET":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=UNREADABLE)
    if request.headers.get("X-Requested-With") == "sign":
        return _expected(lot, form)
    try:
        operation(form.cleaned_data)
    except Refused as exc:
        return refused(request, template, context, exc)
    from django.contrib import messages

    messages.success(request, done)
    return redirect("purchaser:lot", lot.code)


@require_http_methods(["GET", "POST"])
@access(Act.ANNOUNCE_LOT)
def announce(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Sign the parameters and publish notice and tender document."""
    form = AnnounceForm(request.POST or None, initial={"deadline_at": lot.planned_deadline_at})

    def operation(typed: dict[str, Any]) -> None:
        announce_lot(
            lot_code=lot.code,
            actor=actor_of(request),
            deadline_at=typed["deadline_at"],
            statement=typed["statement"] or {},
            recipients=typed["recipients"] or [],
        )

    return _page(request, lot, form, template="purchaser/announce.html", operation=operation, done=_("公告已发布。"))


@require_http_methods(["GET", "POST"])
@access(Act.AMEND_LOT)
def amend(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Sign new parameters for changed documents or a later deadline; bids received have to be sealed again."""
    form = AmendForm(request.POST or None, initial={"deadline_at": lot.deadline_at, "affects_preparation": True})

    def operation(typed: dict[str, Any]) -> None:
        amend_lot(
            lot_code=lot.code,
            actor=actor_of(request),
            deadline_at=typed["deadline_at"],
            statement=typed["statement"] or {},
            recipients=typed["recipients"] or [],
            explanation=typed["explanation"],
            affects_preparation=typed["affects_preparation"],
        )

    return _page(request, lot, form, template="purchaser/amend.html", operation=operation, done=_("修改已发布。"))
