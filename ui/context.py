"""What every page knows: the server's time, the latest checkpoint, who reads, where they can go. One query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from identity.actor import Actor, public
from identity.roles import ROLE_NAMES
from ledger import clock
from ledger.models import Checkpoint
from ui import figures, navigation

CLOCK_URL = "/api/v1/clock"


@dataclass(frozen=True)
class Colophon:
    """The latest signed head of the ledger, as the foot of every page prints it."""

    origin: str
    size: int
    root: str
    at: datetime


def latest_checkpoint() -> Colophon | None:
    """Return the latest stored checkpoint; None before the first."""
    row = Checkpoint.objects.order_by("-size").first()
    if row is None:
        return None
    origin, _size, root = row.note.split("\n")[:3]
    return Colophon(origin, row.size, root, row.at)


def actor_of(request: HttpRequest) -> Actor:
    """Return who reads; the public where no middleware has looked (error pages)."""
    actor: Actor = getattr(request, "actor", None) or public()
    return actor


def server_time(now: datetime) -> dict[str, str]:
    """Return an instant as the strip shows it: machine-readable, day, clock face."""
    written = figures.iso(now)
    return {"machine": figures.machine(now), "day": written[:10], "face": written[11:]}


def page(request: HttpRequest) -> dict[str, Any]:
    """Give every template `now`, `server_time`, `actor`, `role_name`, `nav`, `checkpoint`, `here`, `demonstration`."""
    now, actor = clock.now(), actor_of(request)
    return {
        "now": now,
        "server_time": server_time(now),
        "clock_url": CLOCK_URL,
        "actor": actor,
        "role_name": ROLE_NAMES[actor.role],
        "nav": navigation.items(actor.role, request.path),
        "checkpoint": latest_checkpoint(),
        "here": request.get_full_path() if request.method == "GET" else request.path,
        "demonstration": settings.DEMONSTRATION,
    }
