"""Resuming a suspended lot: every timer that was frozen moves on by the time that was lost.

The deadline moves too, but bids are sealed against the signed one: until the agency signs again (`amend_lot`) no bid
can be sealed and the lot does not close (`deadline_frozen`). Nobody's order alone shifts a deadline that others signed.
"""

from datetime import datetime, timedelta

from django.db import transaction

import ledger
from identity.actor import Actor
from ledger.canonical import instant
from tendering.models import Lot
from tendering.operations import publishing, thawing
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event

ONE_SECOND = timedelta(seconds=1)
_TIMERS = {"announced": "deadline_at", "candidates_published": "publicity_ends_at"}


@transaction.atomic(durable=True)
def resume_lot(*, lot_code: str, actor: Actor, reason: str) -> Lot:
    """Resume a lot and return it with its timers moved on, to whole seconds, rounded up.

    :raises MoveRefused: with every reason: not the regulator, no reason, not suspended
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, reason_given=bool(reason.strip()))
    move = judge(lot, Event.RESUME, actor=actor, facts=known)
    assert lot.suspended_at is not None  # the move's guard
    lost = -((lot.suspended_at - now) // ONE_SECOND) * ONE_SECOND
    ends = thawing.run_on(lot, thawing.Standstill(lot.suspended_at, now, lost))
    timers = _moved_on(lot, lot.suspended_at, lost)
    carry_out(lot, move, now=now, suspended_at=None, suspended_reason="", **timers)
    payload = {"reason": reason.strip(), "lost_seconds": int(lost.total_seconds())}
    payload |= {name: publishing.said(at) for name, at in timers.items()}
    payload |= {name: instant(at) for name, at in ends.items()}
    ledger.append("lot.resumed", lot=lot.code, at=now, actor=actor, payload=payload)
    return lot


def _moved_on(lot: Lot, suspended_at: datetime, lost: timedelta) -> dict[str, datetime]:
    """Return the lot's own timer that was still running when the order came, moved on."""
    name = _TIMERS.get(lot.stage)
    running = getattr(lot, name) if name else None
    return {name: running + lost} if name and running is not None and running > suspended_at else {}
