"""The clock, the ledger's feed, its signed heads, proofs, anchors: for everybody; bodies where one may see them."""

from collections.abc import Callable
from typing import Any, overload

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

import ledger
from api.access import access, actor_of
from identity.policy import Act
from identity.roles import Role
from ledger import anchoring, checkpoints, clock, heads
from ledger.canonical import instant
from ledger.tree import HASHES

router = Router(tags=["evidence"])
MOST_INDEX = 1 << 62
PLAIN = "text/plain; charset=utf-8"


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
def read_checkpoint(request: HttpRequest, size: int | None = None) -> HttpResponse:
    """The signed head (C2SP checkpoint) with the witnesses' lines; or the one signed for `size` entries."""
    try:
        note = checkpoints.cosigned(_bounded(size))
    except LookupError as error:
        raise Http404(str(size)) from error
    return HttpResponse(note, content_type=PLAIN)


@router.get("/ledger/key", auth=None)
@access(Act.READ_FEED)
def read_key(request: HttpRequest) -> HttpResponse:
    """The log's verifier key: compare it with what is published elsewhere, then pin it."""
    return HttpResponse(f"{heads.verifier_key()}\n", content_type=PLAIN)


@router.get("/ledger/consistency", auth=None)
@access(Act.READ_FEED)
def read_consistency(request: HttpRequest, first: int, second: int) -> dict[str, Any]:
    """The proof, under both hashes, that the log of `second` entries extends that of `first`."""
    return _proofs(heads.consistency_proof, first, second)


@router.get("/ledger/inclusion", auth=None)
@access(Act.READ_FEED)
def read_inclusion(request: HttpRequest, index: int, size: int) -> dict[str, Any]:
    """The proof, under both hashes, that the leaf of an entry stands at its index among `size` entries."""
    return _proofs(heads.inclusion_proof, index, size)


@router.get("/ledger/anchors", auth=None)
@access(Act.READ_FEED)
def read_anchors(request: HttpRequest) -> dict[str, Any]:
    """Where checkpoints were published outside the platform, newest first."""
    return {"anchors": anchoring.anchor_rows()}


def _proofs(proof: Callable[[int, int, str], list[str]], first: int, second: int) -> dict[str, Any]:
    try:
        return {name: proof(_bounded(first), _bounded(second), name) for name in HASHES}
    except IndexError as error:
        raise Http404(f"{first}, {second}") from error


@overload
def _bounded(number: int) -> int: ...
@overload
def _bounded(number: int | None) -> int | None: ...
def _bounded(number: int | None) -> int | None:
    """Return a number that the database can hold, so that a larger one finds nothing and breaks nothing."""
    return None if number is None else max(-1, min(number, MOST_INDEX))
