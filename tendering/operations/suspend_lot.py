"""Suspending a lot by order of the regulator: every timer and every move but `resume` and `terminate` is frozen."""

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering.models import Lot
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def suspend_lot(*, lot_code: str, actor: Actor, reason: str) -> Lot:
    """Suspend a lot and return it; nothing is due until it is resumed.

    :raises MoveRefused: with every reason: not the regulator, no reason, suspended already, nothing to suspend
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, reason_given=bool(reason.strip()))
    move = judge(lot, Event.SUSPEND, actor=actor, facts=known)
    carry_out(lot, move, now=now, suspended_at=now, suspended_reason=reason.strip())
    ledger.append("lot.suspended", lot=lot.code, at=now, actor=actor, payload={"reason": reason.strip()})
    return lot
