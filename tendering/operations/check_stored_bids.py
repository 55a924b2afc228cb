"""The stored files of the closing set are read whole and held against what was receipted, so that copies can come."""

from functools import partial

from django.db import transaction

import ledger
from identity.actor import CLOCK
from sealing.inspect import inspect_bid
from suites import Refused as SealRefused
from tendering import bid_queries, queries, receipts, sealed_store
from tendering.faults import unless_failed
from tendering.models import Bid, BidState, Lot


def check_stored_bids(*, lot_id: int) -> list[Bid]:
    """Mark every bid of the closing set whose file is missing or altered, and return those; reads outside any lock.

    A file at which the reading itself fails is not marked: the opening looks again.

    :raises NotFound: no such lot
    """
    lot = Lot.objects.get(pk=lot_id)
    waiting = bid_queries.bids_in_closing_set(lot).filter(state=BidState.RECEIVED, damaged_at=None)
    return [bid for bid in waiting if unless_failed(bid, partial(_sound, lot, bid)) is False and _marked(lot_id, bid)]


def _sound(lot: Lot, bid: Bid) -> bool:
    try:
        layout = inspect_bid(sealed_store.sealed_path(lot.code, bid.bid_digest))
    except SealRefused:
        return False
    except FileNotFoundError:
        if sealed_store.is_lost(lot.code, bid.bid_digest):
            return False
        raise
    return layout.detached.bid_digest == bid.bid_digest and receipts.names_trailer(bid.receipt, layout.trailer.raw)


def _marked(lot_id: int, bid: Bid) -> bool:
    """Record the damage once; False when another check was faster or the bid is settled."""
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        waiting = Bid.objects.filter(pk=bid.pk, state=BidState.RECEIVED, damaged_at=None)
        if waiting.update(damaged_at=now) != 1:
            return False
        payload = {"bid_digest": bid.bid_digest}
        ledger.append("bid.damaged", lot=lot.code, at=now, payload=payload, actor=CLOCK)
    return True
