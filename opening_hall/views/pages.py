"""What everybody may watch: the list of openings, the hall, the wall, the state as JSON."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from identity.policy import Act
from identity.roles import Role
from ledger import clock
from opening_hall.state import hall_state
from opening_hall.words import hall_words, step_names
from tendering import bid_queries, draw_queries, queries
from tendering.models import Lot
from ui.access import access
from ui.context import actor_of

LISTED = 30
AHEAD = timedelta(days=7)
AUDIENCES = {  # the words of `{% audience %}`
    "public": gettext_noop("社会公众可见"),
    "bidder": gettext_noop("席位仅本单位可见，其余公开"),
    "host": gettext_noop("主持台仅主持人可见，其余公开"),
}


@require_safe
@access(Act.BROWSE_LOTS)
def index(request: HttpRequest) -> HttpResponse:
    """List openings under way, coming within a week, and lately finished."""
    now = clock.now()
    lots = queries.visible_lots(actor_of(request)).filter(deadline_at__isnull=False)
    sections = [
        (_("正在开标"), lots.filter(stage__in=["closed", "opening", "opened"]).order_by("-deadline_at")[:LISTED]),
        (_("即将开标"), lots.filter(stage="announced", deadline_at__lte=now + AHEAD).order_by("deadline_at")[:LISTED]),
        (_("最近开标"), lots.filter(opened_at__isnull=False).order_by("-opened_at")[:LISTED]),
    ]
    return render(request, "opening_hall/index.html", {"sections": sections})


def hall_context(lot: Lot, audience: str) -> dict[str, Any]:
    """Return what every page of one hall needs."""
    return {
        "lot": lot,
        "state": hall_state(lot.code),
        "words": hall_words(),
        "step_names": step_names(),
        "audience": AUDIENCES[audience],
        "draw_pending": draw_queries.coefficients_pending(lot),
        "has_draws": lot.draws.exists(),
        "demonstration": settings.DEMONSTRATION,
    }


@require_safe
@access(Act.WATCH_HALL)
def watch(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the live opening."""
    actor = actor_of(request)
    seated = actor.role is Role.BIDDER and bid_queries.own_bids(lot, actor).exists()
    seat_url = reverse("hall:seat", args=[lot.code]) if seated else ""
    return render(request, "opening_hall/watch.html", hall_context(lot, "public") | {"seat_url": seat_url})


@require_safe
@access(Act.WATCH_HALL)
def wall(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the opening on a wall screen (1920 × 1080)."""
    return render(request, "opening_hall/wall.html", hall_context(lot, "public"))


@require_safe
@access(Act.WATCH_HALL)
def state(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Answer the state as JSON, for a screen whose websocket is away."""
    return JsonResponse(hall_state(lot.code), json_dumps_params={"ensure_ascii": False})
