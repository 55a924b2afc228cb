"""The desk: the bidder's tenders, each with its next action and countdown; and the keys of this machine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bidder_portal.words import keys as key_words
from identity import queries as identity_queries
from identity.models import Certificate
from identity.policy import Act
from ledger import clock
from tendering import queries
from ui.access import access
from ui.context import actor_of
from ui.lists import Column, ListPage

NOTICES_SHOWN = 8
COLUMNS = (
    Column("name", _("标段"), lambda row: row.lot.name, "name"),
    Column("code", _("编号"), lambda row: row.lot.code),
    Column("stage", _("阶段"), lambda row: row.lot.stage, "stage"),
    Column("next", _("下一步"), lambda row: row.next_action),
    Column("by", _("时间"), lambda row: row.next_at, "by"),
)


@require_safe
@access(Act.SEE_BIDDER_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    rows = queries.desk(actor_of(request), clock.now())
    page = ListPage(request, rows=rows, columns=COLUMNS)
    if page.wants_sheet:
        return page.sheet("my-tenders")
    lots = [row.lot.pk for row in rows]
    context = {
        "page": page,
        "notices": queries.notices().filter(lot_id__in=lots)[:NOTICES_SHOWN],
        "reseal": [row for row in rows if row.reseal],
    }
    return render(request, "bidder/desk.html", context)


@require_safe
@access(Act.MANAGE_KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys of this machine and the organisation's certificates."""
    actor = actor_of(request)
    certificates = Certificate.objects.filter(organisation_id=actor.organisation_id or 0)
    context = {
        "certificates": certificates,
        "fingerprint": identity_queries.root_fingerprint(),
        "words": key_words(),
        "data": {"organisation": actor.uscc},
    }
    return render(request, "bidder/keys.html", context)
