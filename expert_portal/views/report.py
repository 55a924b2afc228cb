"""The summary: the computed result, what stands out, the report, its signatures, the finished state."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import queries
from evaluation.operations.draft_report import draft_report
from evaluation.operations.explain_outlier import explain_outlier
from evaluation.operations.sign_report import sign_report
from expert_portal.forms import DraftForm, ExplainForm, SignForm
from expert_portal.seats import REVIEWS, seat_of
from expert_portal.summaries import summary_context
from identity.policy import Act
from tendering.models import Lot
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.files import send_document

TEMPLATE = "expert/summary.html"
TO = "expert:summary"


@require_safe
@access(Act.READ_REPORT)
def summary(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the summary to a member; before both reviews are over there is none."""
    seat = seat_of(request, lot)
    if not seat.pledged or (seat.phase in (*REVIEWS, "gathering") and lot.stage == "evaluating"):
        leader_may = seat.phase == queries.DETAILED and seat.member.leader
        if not leader_may:
            return redirect("expert:room", lot.code)
    return render(request, TEMPLATE, summary_context(seat))


@require_POST
@access(Act.SIGN_REPORT)
def explain(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Explain a score of one's own that stands out: `bid`, `item`, `text`."""
    form = ExplainForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=_context(request, lot) | {"explain_form": form},
        form=form,
        operation=lambda: explain_outlier(
            lot_code=lot.code,
            actor=actor_of(request),
            bid_digest=form.cleaned_data["bid"],
            item=form.cleaned_data["item"],
            text=form.cleaned_data["text"],
        ),
        done=_("说明已记录，将写入评标报告。"),
        to=(TO, lot.code),
    )


@require_POST
@access(Act.SIGN_REPORT)
def draft(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Draft the report (the leader): `reject_all`, `reason`."""
    form = DraftForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=_context(request, lot) | {"draft_form": form},
        form=form,
        operation=lambda: draft_report(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("评标报告已形成，请各成员签署。"),
        to=(TO, lot.code),
    )


@require_POST
@access(Act.SIGN_REPORT)
def sign(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Sign the report: `dissent` holds the reasons of who disagrees."""
    form = SignForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=_context(request, lot) | {"sign_form": form},
        form=form,
        operation=lambda: sign_report(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("您的签署已记录。"),
        to=(TO, lot.code),
    )


def _context(request: HttpRequest, lot: Lot) -> dict[str, Any]:
    return summary_context(seat_of(request, lot))


@require_safe
@access(Act.READ_REPORT)
def pdf(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    """Show the report."""
    report = queries.report_of(lot)
    if report is None:
        raise Http404(lot.code)
    return send_document(report.sha256, _("评标报告") + f" {lot.code}.pdf", inline=True)
