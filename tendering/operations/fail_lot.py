"""Declaring a tender failed after evaluation: all bids rejected (BL-42), or no candidate left to award (BR-55).

Failing for too few bidders is the clock's (`close_lot`).
"""

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering.models import Lot
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def fail_lot(*, lot_code: str, actor: Actor, reason: str) -> Lot:
    """Declare the tender failed and return the lot; it may then be tendered again.

    From `evaluated` when the report names no candidate; from `candidates_published` when the first candidate has
    fallen, which `reason` records.

    :raises MoveRefused: with every reason
    :raises LostRace: it was just moved on
    """
    lot, now = lock_lot(code=lot_code)
    given = bool(reason.strip())
    known = facts(lot, now, reason_given=given, first_candidate_fallen=given)
    move = judge(lot, Event.FAIL, actor=actor, facts=known)
    carry_out(lot, move, now=now, failed_reason=reason.strip())
    title = f"{lot.name}流标公告"
    publishing.publish_notice(lot, "failed", title, reason.strip(), now=now, data={"law": move.law})
    ledger.append("lot.failed", lot=lot.code, at=now, actor=actor, payload={"reason": reason.strip(), "law": move.law})
    return lot
