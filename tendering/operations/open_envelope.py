"""All admitted bids of a later envelope are opened together: collect before publish, as at the opening (design 4.3)."""

from django.db import transaction

import ledger
from identity.actor import CLOCK
from tendering import bid_queries, envelopes, queries
from tendering.dates import next_due_at
from tendering.models import BidState, EnvelopeOpening, Lot
from tendering.opened_contents import Outcome, outcomes_of
from tendering.operations.open_bids import NotCollected, look_for_copies, try_failed_again, wait_for_all
from tendering.operations.settling import settle
from tendering.refusals import SUSPENDED, LostRace, refuse_if


def open_envelope(*, lot_id: int) -> EnvelopeOpening:
    """Open the running envelope's bids; the lot's stage does not move.

    :raises NotCollected: the window or the custodians' grace still runs and something is missing, or a copy came while
        the bids were decrypted
    :raises BidsFailed: the platform itself failed at a bid
    :raises LostRace: no envelope is waiting, or another worker published first
    :raises ActRefused: the lot is suspended
    """
    try:
        opening, may_wait = _collect(lot_id)
    except NotCollected:
        try_failed_again(lot_id)
        raise
    lot = opening.lot
    outcomes = outcomes_of(lot, bid_queries.collection(lot, opening.envelope))
    wait_for_all(lot_id, outcomes, may_wait=may_wait)
    return _publish(lot_id, opening.envelope, outcomes)


def _waiting(lot: Lot) -> EnvelopeOpening:
    opening = envelopes.running(lot)
    if opening is None:
        raise LostRace(lot.code)
    return opening


def _collect(lot_id: int) -> tuple[EnvelopeOpening, bool]:
    """Decide that no share is taken any more; return the opening, and whether a damaged file may be waited for."""
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        opening = _waiting(lot)
        refuse_if([SUSPENDED] if lot.suspended_at is not None else [])
        missing = bid_queries.collection(lot, opening.envelope).missing
        ends_at = bid_queries.grace_ends_at(lot, opening, now)
        may_wait = ends_at is None or now < ends_at
        if ends_at is None or (may_wait and missing):
            raise NotCollected(len(missing))
        EnvelopeOpening.objects.filter(pk=opening.pk, collected_at=None).update(collected_at=now)
    opening.lot = lot
    return opening, may_wait


def _publish(lot_id: int, envelope: str, outcomes: list[Outcome]) -> EnvelopeOpening:
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        opening = _waiting(lot)
        if opening.envelope != envelope:
            raise LostRace(lot.code)
        refuse_if([SUSPENDED] if lot.suspended_at is not None else [])
        look_for_copies(outcomes)
        settle(lot, outcomes, now)
        opening.finished_at = now
        opening.save(update_fields=["finished_at"])
        Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
        opened = sum(outcome.state == BidState.OPENED for outcome in outcomes)
        payload = {"envelope": envelope, "opened": opened, "not_opened": len(outcomes) - opened}
        ledger.append("envelope.finished", lot=lot.code, at=now, payload=payload, actor=CLOCK)
    return opening
