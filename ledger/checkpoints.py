"""Signed checkpoints: one a size, made at key moments, when asked for, and every minute while there is traffic."""

from datetime import datetime, timedelta

from django.db.models import Subquery

from ledger import clock
from ledger.heads import signed_head, standing
from ledger.models import Checkpoint, Entry, Head

EVERY = timedelta(minutes=1)
# deadlines, openings, reports and awards: these are signed at once and anchored
MOMENTS = frozenset(
    {
        *("lot.closed", "lot.failed", "opening.finished", "opening.recorded", "report.signed"),
        *("candidates.published", "result.published", "award.issued"),
    }
)


def checkpoint() -> str:
    """Return the present head as a signed note (C2SP), storing it once a size."""
    return _kept(clock.now()).note


def cosigned(size: int | None = None) -> str:
    """Return the note of a stored checkpoint, or of the present head, with the lines of the witnesses added.

    :raises LookupError: no checkpoint of that size was signed
    """
    kept = _kept(clock.now()) if size is None else Checkpoint.objects.filter(size=size).first()
    if kept is None:
        raise LookupError(size)
    return kept.note + "".join(f"{row.line}\n" for row in kept.cosignatures.all())


def sign_when_old(now: datetime) -> Checkpoint | None:
    """Sign the head if it has moved and the last checkpoint is a minute old, a key moment is not signed yet, or there
    is no checkpoint at all; None otherwise. A last one of a time that has not come counts as old: it must hold up none.
    """
    last = Checkpoint.objects.order_by("-size").first()
    head = Head.objects.filter(pk=1).first()
    if head is None or (last is not None and last.size == head.size):
        return None
    if last is not None and now - EVERY < last.at <= now and (newest_moment() or -1) < last.size:
        return None
    return _kept(now)


def sign_moment() -> None:
    """Sign the head after the commit of a key moment; if that is lost, the clock's tick does it."""
    _kept(clock.now())


def newest_moment() -> int | None:
    """Return the index of the newest entry of a kind in MOMENTS, None without one. A body without entry is none."""
    head = Head.objects.filter(pk=1).values("size")
    rows = Entry.objects.filter(body__kind__in=MOMENTS, index__gte=0, index__lt=Subquery(head))
    return rows.order_by("-index").values_list("index", flat=True).first()


def _kept(now: datetime) -> Checkpoint:
    head = standing()
    kept = Checkpoint.objects.filter(size=head.size).first()
    if kept is None:
        fresh = {"root": head.root, "note": signed_head(head.size, head.root, head.root_sm3), "at": now}
        kept, _ = Checkpoint.objects.get_or_create(size=head.size, defaults=fresh)
    return kept
