"""The desk: one's seats, what comes next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from evaluation import queries
from expert_portal.seats import KIND_WORDS, as_seat, next_step
from identity.policy import Act
from ui.access import access
from ui.context import actor_of
from ui.lists import Column, ListPage

COLUMNS = (
    Column("name", _("标段"), lambda row: row["seat"].lot.name, "name"),
    Column("code", _("编号"), lambda row: row["seat"].lot.code, "code"),
    Column("kind", _("身份"), lambda row: gettext(row["kind"])),
    Column("phase", _("环节"), lambda row: gettext(row["seat"].phase_words), "phase"),
    Column("next", _("下一步"), lambda row: gettext(row["next"])),
    Column("formed", _("抽取时间"), lambda row: row["seat"].committee.formed_at, "formed"),
)


@require_safe
@access(Act.SEE_EXPERT_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the seats of who asks."""
    rows = [_row(member) for member in queries.seats_of(actor_of(request).login)]
    page: ListPage[dict[str, Any]] = ListPage(request, rows=rows, columns=COLUMNS, default="-formed")
    return page.sheet("seats") if page.wants_sheet else render(request, "expert/desk.html", {"page": page})


def _row(member: Any) -> dict[str, Any]:
    seat = as_seat(member.committee.lot, member)
    words, to = next_step(seat, queries.report_of(seat.lot))
    return {"seat": seat, "kind": KIND_WORDS[member.kind], "next": words, "to": to}
