"""Returning a submitted lot to its purchaser, with the reason."""

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering.models import Lot
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def return_lot(*, lot_code: str, actor: Actor, reason: str) -> Lot:
    """Return a submitted lot to `draft`; `reason` is shown to the purchaser.

    :raises MoveRefused: not submitted, not by the centre, or without a reason
    :raises LostRace: it was just returned or accepted
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, reason_given=bool(reason.strip()))
    move = judge(lot, Event.RETURN, actor=actor, facts=known)
    carry_out(lot, move, now=now, returned_reason=reason.strip())
    ledger.append("lot.returned", lot=lot.code, at=now, actor=actor, payload={"reason": reason.strip()})
    return lot
