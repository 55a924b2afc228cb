"""The desk: deadlines of every lot under way, openings now, leads. Tells nothing of bids before the opening."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from identity.policy import Act
from ledger import clock
from tendering import queries
from tendering.queries import DeskRow
from ui import stages
from ui.access import access
from ui.context import actor_of
from ui.lists import Column, ListPage

ENDED = frozenset({"contracted", "archived", "failed", "terminated"})
DAY = timedelta(days=1)
SHOWN = 10

COLUMNS = (
    Column("name", gettext_lazy("标段"), lambda row: row.lot.name, "name"),
    Column("code", gettext_lazy("编号"), lambda row: row.lot.code),
    Column("stage", gettext_lazy("阶段"), lambda row: _(stages.look(row.lot).words), "stage"),
    Column("next", gettext_lazy("下一步"), lambda row: _(row.next_action) if row.next_action else ""),
    Column("by", gettext_lazy("期限"), lambda row: row.next_at, "by"),
    Column("objections", gettext_lazy("未答复异议"), lambda row: row.unanswered_objections, "objections"),
)


def urgency(row: DeskRow, now: Any) -> str:
    """Return how a deadline is marked: `over`, `today`, `coming`, or nothing without a date."""
    if row.next_at is None:
        return ""
    if row.next_at <= now:
        return "over"
    return "today" if row.next_at - now < DAY else "coming"


@require_safe
@access(Act.SEE_REGULATOR_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    actor, now = actor_of(request), clock.now()
    rows = [row for row in queries.desk(actor, now) if row.lot.stage not in ENDED]
    page: ListPage[DeskRow] = ListPage(request, rows=rows, columns=COLUMNS, default="by")
    if page.wants_sheet:
        return page.sheet(_("期限"))
    lots = queries.visible_lots(actor)
    context = {
        "page": page,
        "rows": [(row, urgency(row, now)) for row in page],
        "live": lots.filter(stage__in=["closed", "opening", "opened"]).order_by("-deadline_at")[:SHOWN],
        "suspended": lots.filter(suspended_at__isnull=False).order_by("-suspended_at")[:SHOWN],
    }
    return render(request, "regulator/desk.html", context)
