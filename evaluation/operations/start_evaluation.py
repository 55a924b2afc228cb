"""The hand-over from the opening to the committee (BL-37)."""

from django.db import transaction

import ledger
from evaluation import queries
from evaluation.models import MemberState
from evaluation.refusals import NO_COMMITTEE, SEATS_OPEN
from evaluation.rules.committee import composition_reasons
from identity.actor import Actor
from lawbook.procedures import procedure
from lawbook.reasons import Reason
from tendering.models import Lot
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.calendars import legal_day
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def start_evaluation(*, lot_code: str, actor: Actor) -> Lot:
    """Move the lot to `evaluating` and open the preliminary review; return the lot.

    :raises MoveRefused: record not signed, objections open, committee not complete or not pledged
    :raises LostRace: it started already
    """
    lot, now = lock_lot(code=lot_code)
    committee = queries.committee_of(lot)
    reasons: list[Reason] = []
    if committee is None:
        reasons.append(NO_COMMITTEE)
    else:
        minimum = procedure(lot.project.procedure).committee_minimum(legal_day(now))
        reasons += composition_reasons(queries.composition(committee), minimum=minimum)
        if any(member.state != MemberState.SEATED for member in queries.members(committee)):
            reasons.append(SEATS_OPEN)
    known = facts(lot, now, committee_complete=not reasons)
    move = judge(lot, Event.START_EVALUATION, actor=actor, facts=known, also=reasons)
    carry_out(lot, move, now=now)
    assert committee is not None  # one of the reasons above
    committee.phase = queries.PRELIMINARY if queries.scheme_of(lot).review else queries.DETAILED
    committee.save(update_fields=["phase"])
    payload = {"bids": queries.opened_digests(lot), "phase": committee.phase}
    ledger.append("evaluation.started", lot=lot.code, at=now, actor=actor, payload=payload)
    return lot
