"""The desk: what waits for the centre, stage by stage. Shows nothing of bids before their opening (BL-22)."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.models import Committee, Member
from evaluation.queries import SITTING
from identity.policy import Act
from ledger import clock
from tendering import queries
from tendering.models import Lot
from ui.access import access
from ui.context import actor_of
from ui.figures import shanghai
from ui.navigation import reachable

SHOWN = 20


def _of_day(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    """Return the openings under way, and those whose deadline is today in Shanghai."""
    midnight = shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Q(stage="announced", deadline_at__gte=midnight, deadline_at__lt=midnight + timedelta(days=1))
    return lots.filter(today | Q(stage__in=["closed", "opening"])).order_by("deadline_at")


def _awaiting_draw(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    drawn = Exists(Committee.objects.filter(lot=OuterRef("pk")))
    return lots.filter(~drawn, stage__in=["closed", "opening", "opened"]).order_by("deadline_at")


def _gathering(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    return lots.filter(stage__in=["closed", "opening", "opened"], committee__isnull=False).order_by("opened_at")


def _seats(lots: list[Lot]) -> dict[int, tuple[int, int]]:
    """Return lot → how many sit and how many of them have pledged."""
    rows = Member.objects.filter(committee__lot__in=lots, state__in=SITTING).values_list("committee__lot_id", "state")
    found: dict[int, tuple[int, int]] = {}
    for lot_id, state in rows:
        sitting, pledged = found.get(lot_id, (0, 0))
        found[lot_id] = (sitting + 1, pledged + (state == "seated"))
    return found


def _rehearsals() -> str:
    """Return the address of the rehearsals' page, which another package serves; empty where it is not installed."""
    try:
        return reachable("rehearsals")
    except LookupError:
        return ""


@require_safe
@access(Act.SEE_CENTRE_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    lots = queries.visible_lots(actor_of(request))
    evaluating = lots.filter(stage="evaluating").select_related("committee").order_by("stage_at")[:SHOWN]
    gathering = list(_gathering(lots)[:SHOWN])
    seats = _seats(gathering)
    submitted = lots.filter(stage="submitted").order_by("stage_at")
    awaiting = _awaiting_draw(lots)
    context = {
        "submitted": submitted[:SHOWN],
        "submitted_count": submitted.count(),
        "openings": _of_day(lots, clock.now())[:SHOWN],
        "awaiting": awaiting[:SHOWN],
        "awaiting_count": awaiting.count(),
        "gathering": [(lot, *seats.get(lot.pk, (0, 0))) for lot in gathering],
        "evaluating": evaluating,
        "rehearsals_url": _rehearsals(),
    }
    return render(request, "centre/desk.html", context)
