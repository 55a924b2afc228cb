"""The summary: the computed result, what stands out, the report, its signatures, the finished state."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import queries
from evaluation.operations.draft_report import draft_report
from evaluation.operations.explain_outlier import explain_outlier
from evaluation.operations.sign_report import sign_report
from expert_portal.forms import DraftForm, ExplainForm, SignForm
from expert_portal.seats import REVIEWS, Seat, seat_of
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
    if _too_early(seat):
        return redirect("expert:room", lot.code)
    return render(request, TEMPLATE, summary_context(seat))


def _too_early(seat: Seat) -> bool:
    """Whether there is no summary yet for this member; the leader has one in the detailed review already."""
    under_review = seat.phase in (*REVIEWS, "gathering") and seat.lot.stage == "evaluating"
    leader_may = seat.phase == queries.DETAILED and seat.member.leader
    return (under_review or not seat.pledged) and not leader_may


@require_POST
@access(Act.SIGN_REPORT)
def explain(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Explain a score of one's own that stands out: `bid`, `item`, `text`."""
    form = ExplainForm(request.POST)
    return _posted(
        request,
        lot,
        name="explain_form",
        form=form,
        operation=lambda: explain_outlier(
            lot_code=lot.code,
            actor=actor_of(request),
            bid_digest=form.cleaned_data["bid"],
            item=form.cleaned_data["item"],
            text=form.cleaned_data["text"],
        ),
        done=_("说明已记录，将写入评标报告。"),
    )


@require_POST
@access(Act.SIGN_REPORT)
def draft(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Draft the report (the leader): `reject_all`, `reason`."""
    form = DraftForm(request.POST)
    return _posted(
        request,
        lot,
        name="draft_form",
        form=form,
        operation=lambda: draft_report(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("评标报告已形成，请各成员签署。"),
    )


@require_POST
@access(Act.SIGN_REPORT)
def sign(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Sign the report: `dissent` holds the reasons of who disagrees."""
    form = SignForm(request.POST)
    return _posted(
        request,
        lot,
        name="sign_form",
        form=form,
        operation=lambda: sign_report(lot_code=lot.code, actor=actor_of(request), **form.cleaned_data),
        done=_("您的签署已记录。"),
    )


def _posted(request: HttpRequest, lot: Lot, **how: Any) -> HttpResponse:
    """Carry out an act of the summary; where there is none yet, say so in the room."""
    seat, form, name = seat_of(request, lot), how["form"], how.pop("name")
    if _too_early(seat):
        messages.error(request, _("还没有评审汇总，请先完成评审室里的步骤。什么都没有改变。"))
        return redirect("expert:room", lot.code)
    return act(request, template=TEMPLATE, context=summary_context(seat) | {name: form}, to=(TO, lot.code), **how)


@require_safe
@access(Act.READ_REPORT)
def pdf(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    """Show the report."""
    report = queries.report_of(lot)
    if report is None:
        raise Http404(lot.code)
    return send_document(report.sha256, _("评标报告") + f" {lot.code}.pdf", inline=True)
