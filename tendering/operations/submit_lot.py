"""Submitting a lot to the trading centre: everything that is missing is told at once."""

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering import completeness
from tendering.models import Lot
from tendering.operations.moving import carry_out, judge
from tendering.parameters import document_hash
from tendering.queries import facts, lock_lot
from tendering.rules.calendars import legal_day
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def submit_lot(*, lot_code: str, actor: Actor) -> Lot:
    """Submit a draft for acceptance and return it.

    :raises MoveRefused: with everything missing or wrong, or the lot is no draft
    :raises LostRace: it was just submitted
    """
    lot, now = lock_lot(code=lot_code)
    lacking = completeness.form_reasons(lot, on=legal_day(now)) + completeness.missing_reasons(lot)
    # the table's own word for what `lacking` tells in detail would only repeat it
    known = facts(lot, now, details_complete=True)
    move = judge(lot, Event.SUBMIT, actor=actor, facts=known, also=lacking)
    carry_out(lot, move, now=now, returned_reason="")
    payload = {"lot": lot.code, "name": lot.name, "document_hash": document_hash(lot)}
    ledger.append("lot.submitted", lot=lot.code, at=now, actor=actor, payload=payload)
    return lot
