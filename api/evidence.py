"""The clock, the ledger's feed and its signed head: for everybody, bodies only where the reader may see them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

import ledger
from api.access import access, actor_of
from identity.policy import Act
from identity.roles import Role
from ledger import clock
from ledger.canonical import instant

router = Router(tags=["evidence"])
MOST_INDEX = 1 << 62


@router.get("/clock", auth=None)
@access(Act.READ_CLOCK)
def read_clock(request: HttpRequest) -> dict[str, str]:
    """The database's clock."""
    return {"now": instant(clock.now())}


@router.get("/ledger", auth=None)
@access(Act.READ_FEED)
def read_feed(request: HttpRequest, after: int = -1, limit: int = 200) -> dict[str, Any]:
    """Entries after an index, in order, at most 1,000."""
    actor = actor_of(request)
    viewer = ledger.Viewer(uscc=actor.uscc, regulator=actor.role is Role.REGULATOR)
    start = max(-1, min(after, MOST_INDEX))
    return {"entries": ledger.feed(start, limit=limit, viewer=viewer)}


@router.get("/ledger/checkpoint", auth=None)
@access(Act.READ_FEED)
def read_checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed head (C2SP checkpoint)."""
    return HttpResponse(ledger.checkpoint(), content_type="text/plain; charset=utf-8")
