"""Ending a tender for good before the award (BR-31): everybody is told why, sealed bids are returned unopened."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering.models import Bid, BidState, Lot
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def terminate_lot(*, lot_code: str, actor: Actor, reason: str) -> Lot:
    """Terminate a lot and return it; a suspension does not prevent it.

    :raises MoveRefused: with every reason: awarded or ended already, not one's own, no reason
    :raises LostRace: it was just moved on
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, reason_given=bool(reason.strip()))
    move = judge(lot, Event.TERMINATE, actor=actor, facts=known)
    carry_out(lot, move, now=now, failed_reason=reason.strip())
    return_sealed_bids(lot, now)
    if lot.announced_at is not None:
        data = {"announced": publishing.said(lot.announced_at)}
        title = f"{lot.name}终止招标公告"
        publishing.publish_notice(lot, "terminated", title, reason.strip(), now=now, data=data)
    ledger.append("lot.terminated", lot=lot.code, at=now, actor=actor, payload={"reason": reason.strip()})
    return lot


def return_sealed_bids(lot: Lot, now: datetime) -> None:
    """End every bid that is still sealed: it is never opened."""
    Bid.objects.filter(lot=lot, state=BidState.RECEIVED).update(state=BidState.RETURNED, ended_at=now)
