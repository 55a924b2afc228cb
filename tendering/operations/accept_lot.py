"""Accepting a submitted lot: the trading centre gives it its place; it approves nothing (design 3.4)."""

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering import completeness
from tendering.models import Lot
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def accept_lot(*, lot_code: str, actor: Actor) -> Lot:
    """Accept a submitted lot and return it.

    :raises MoveRefused: not submitted, not by the centre, or something is missing after all
    :raises LostRace: it was just accepted or returned
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, details_complete=not completeness.missing_reasons(lot))
    move = judge(lot, Event.ACCEPT, actor=actor, facts=known)
    carry_out(lot, move, now=now)
    ledger.append("lot.accepted", lot=lot.code, at=now, actor=actor, payload={"lot": lot.code})
    return lot
