"""From the report to the award notice: candidates, result, notice."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from identity.policy import Act
from lawbook.reasons import Refused
from purchaser_portal.forms import ResultForm
from purchaser_portal.views.acting import act
from purchaser_portal.views.lots import TEMPLATE, lot_context
from tendering import queries
from tendering.models import Lot
from tendering.operations.issue_award import issue_award
from tendering.operations.publish_candidates import publish_candidates
from tendering.operations.publish_result import publish_result
from ui.access import access
from ui.context import actor_of
from ui.figures import yuan
from ui.refusals import refused


@require_POST
@access(Act.PUBLISH_CANDIDATES)
def candidates(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Publish the committee's candidates."""
    try:
        publish_candidates(lot_code=lot.code, actor=actor_of(request))
    except Refused as exc:
        return refused(request, TEMPLATE, lot_context(request, lot), exc)
    return redirect("purchaser:lot", lot.code)


@require_http_methods(["GET", "POST"])
@access(Act.PUBLISH_RESULT)
def result(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Determine the winner and publish the result."""
    rows = list(queries.candidates(lot))
    form = ResultForm(request.POST or None, initial={"bid_digest": rows[0].bid.bid_digest if rows else ""})
    form.fields["bid_digest"].choices = [  # type: ignore[attr-defined]
        (row.bid.bid_digest, f"{row.rank or '—'}　{row.bidder.name}　{yuan(row.price_yuan)}") for row in rows
    ]
    context = {"lot": lot, "candidates": rows, "objections": queries.objections(lot, actor_of(request))}
    if request.method == "GET":
        return render(request, "purchaser/result.html", context | {"form": form})
    return act(
        request,
        template="purchaser/result.html",
        context=context,
        form=form,
        operation=lambda: publish_result(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("中标结果已公布。"),
        to=("purchaser:lot", lot.code),
    )


@require_POST
@access(Act.ISSUE_AWARD)
def award(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Issue the award notice."""
    try:
        issue_award(lot_code=lot.code, actor=actor_of(request))
    except Refused as exc:
        return refused(request, TEMPLATE, lot_context(request, lot), exc)
    return redirect("purchaser:lot", lot.code)
