"""The centre's page of rehearsals: what one is, those played so far, asking for another, its progress."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from identity.policy import Act
from rehearsal.forms import RehearsalForm
from rehearsal.models import Rehearsal, RehearsalState
from rehearsal.operations.ask_for_rehearsal import ask_for_rehearsal
from tendering.models import Lot
from ui.access import access
from ui.acting import act
from ui.context import actor_of
from ui.lists import Column, ListPage

TEMPLATE = "rehearsal/rehearsals.html"
SHOWN = 5
COLUMNS = (
    Column("name", gettext_lazy("标段"), lambda lot: lot.name, "name"),
    Column("code", gettext_lazy("编号"), lambda lot: lot.code, "code"),
    Column("stage", gettext_lazy("阶段"), lambda lot: lot.stage, "stage"),
    Column("changed", gettext_lazy("最近变动"), lambda lot: lot.stage_at, "stage_at"),
)

STATE_WORDS = {
    RehearsalState.WAITING: gettext_noop("等待开始"),
    RehearsalState.RUNNING: gettext_noop("进行中"),
    RehearsalState.DONE: gettext_noop("已完成"),
    RehearsalState.FAILED: gettext_noop("未完成"),
}


def _context(request: HttpRequest) -> dict[str, Any]:
    # the rest of 3.4 holds: of a rehearsed lot nobody sees more here than on its own page
    lots = Lot.objects.filter(project__rehearsal=True).exclude(stage="draft").select_related("project")
    page: ListPage[Lot] = ListPage(request, rows=lots, columns=COLUMNS, default="-changed")
    asked = Rehearsal.objects.select_related("lot")[:SHOWN]
    return {
        "page": page,
        "asked": asked,
        "under_way": any(row.finished_at is None for row in asked),
        "states": STATE_WORDS,
    }


@require_http_methods(["GET", "POST"])
@access(Act.REHEARSE)
def rehearsals(request: HttpRequest) -> HttpResponse:
    """Show the page; POST asks for a rehearsal."""
    context = _context(request)
    if request.method == "GET" and context["page"].wants_sheet:
        sheet: HttpResponse = context["page"].sheet(_("演练"))
        return sheet
    if request.method == "GET":
        return render(request, TEMPLATE, context | {"form": RehearsalForm()})
    form = RehearsalForm(request.POST)
    return act(
        request,
        template=TEMPLATE,
        context=context,
        form=form,
        operation=lambda: ask_for_rehearsal(actor=actor_of(request), bidders=form.cleaned_data["bidders"]),
        done=_("演练即将开始。"),
        to=("rehearsals",),
    )


@require_safe
@access(Act.REHEARSE)
def progress(request: HttpRequest) -> JsonResponse:
    """Answer the latest rehearsal's progress, for the page that waits."""
    row = Rehearsal.objects.first()
    if row is None:
        return JsonResponse({"state": "", "step": "", "log": ""})
    return JsonResponse({"state": row.state, "step": row.step, "log": row.log})
