"""Signed checkpoints: one a size, made when asked for and every minute while there is traffic."""

from datetime import datetime, timedelta

from ledger import clock
from ledger.heads import signed_head, standing
from ledger.models import Checkpoint, Head

EVERY = timedelta(minutes=1)


def checkpoint() -> str:
    """Return the present head as a signed note (C2SP), storing it once a size."""
    return _kept(clock.now()).note


def sign_when_old(now: datetime) -> Checkpoint | None:
    """Sign the head if it has moved and the last checkpoint is a minute old, or there is none; None otherwise."""
    last = Checkpoint.objects.order_by("-size").first()
    head = Head.objects.filter(pk=1).first()
    if head is None or (last is not None and (last.size == head.size or last.at > now - EVERY)):
        return None
    return _kept(now)


def _kept(now: datetime) -> Checkpoint:
    head = standing()
    kept = Checkpoint.objects.filter(size=head.size).first()
    if kept is None:
        fresh = {"root": head.root, "note": signed_head(head.size, head.root, head.root_sm3), "at": now}
        kept, _ = Checkpoint.objects.get_or_create(size=head.size, defaults=fresh)
    return kept
