"""The desk: one's lots, what comes next, by when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from identity.policy import Act
from ledger import clock
from tendering import queries
from tendering.models import Project
from ui.access import access
from ui.context import actor_of
from ui.lists import Column, ListPage

COLUMNS = (
    Column("name", _("标段"), lambda row: row.lot.name, "name"),
    Column("code", _("编号"), lambda row: row.lot.code),
    Column("stage", _("阶段"), lambda row: row.lot.stage, "stage"),
    Column("next", _("下一步"), lambda row: row.next_action),
    Column("by", _("期限"), lambda row: row.next_at, "by"),
)


@require_safe
@access(Act.SEE_PURCHASER_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    actor = actor_of(request)
    page = ListPage(request, rows=queries.desk(actor, clock.now()), columns=COLUMNS)
    if page.wants_sheet:
        return page.sheet("lots")
    mine = Project.objects.filter(purchaser_id=actor.organisation_id) | Project.objects.filter(
        agency_id=actor.organisation_id
    )
    empty = mine.filter(lots__isnull=True).order_by("-created_at")
    return render(request, "purchaser/desk.html", {"page": page, "empty_projects": empty})
