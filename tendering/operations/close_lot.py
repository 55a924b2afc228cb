"""The lot closes at its deadline, or fails for want of bidders; the clock carries it out (BL-28, BL-34)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

import ledger
from identity.actor import CLOCK
from lawbook.words import gettext_noop as _
from sealing.fields import format_time
from tendering import bid_queries, envelopes, queries, sealed_store
from tendering.models import Bid, BidState, Lot, Notice, Upload, UploadState
from tendering.operations import moving
from tendering.refusals import LostRace
from tendering.rules.lifecycle import Event, Stage

INCOMPLETE = "incomplete"  # the end reason of a bid whose other envelopes were not handed in
FAILED_REASON = _("投标截止时间止，投标人少于{minimum}个，依法不得开标，应当重新招标。")


def close_lot(*, lot_id: int) -> Lot:
    """Close the lot with its closing set, or let it fail: then nothing is opened and bids go back sealed (BL-28).

    The stage is compared and set first and the closing set read after, under the lot's row: a receipt and the closing
    set can never disagree.

    :raises MoveRefused: the deadline has not passed, or the lot is frozen or suspended
    :raises LostRace: it was closed already
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        if lot.stage != Stage.ANNOUNCED:
            raise LostRace(lot.code)
        _end_incomplete(lot, now)
        facts = queries.facts(lot, now)
        enough = (facts.sealed_bid_count or 0) >= facts.minimum_bidders
        move = moving.judge(lot, Event.CLOSE if enough else Event.FAIL, actor=CLOCK, facts=facts)
        columns: dict[str, Any] = (
            {} if enough else {"failed_reason": FAILED_REASON.format(minimum=facts.minimum_bidders)}
        )
        moving.carry_out(lot, move, now=now, **columns)
        _end_uploads(lot)
        (_close if enough else _fail)(lot, now)
    return lot


def _end_incomplete(lot: Lot, now: datetime) -> None:
    """A bidder who did not hand in every envelope has handed in nothing: what is there counts as withdrawn (EB-27)."""
    ended = list(envelopes.incomplete(lot))
    rows = Bid.objects.filter(pk__in=[bid.pk for bid in ended])
    rows.update(state=BidState.WITHDRAWN, ended_at=now, end_reason=INCOMPLETE)
    # BL-22: one entry, however many bids it lists and when it lists none: the public feed counts faces
    payload = {"bids": sorted(bid.bid_digest for bid in ended)}
    ledger.append("bids.incomplete", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def _close(lot: Lot, now: datetime) -> None:
    Bid.objects.filter(lot=lot, state=BidState.RECEIVED).update(in_closing_set=True)
    assert lot.deadline_at is not None  # the table let it close
    payload = {"lot": lot.code, "deadline": format_time(lot.deadline_at), "bids": bid_queries.closing_set(lot)}
    ledger.append("lot.closed", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def _fail(lot: Lot, now: datetime) -> None:
    Bid.objects.filter(lot=lot, state=BidState.RECEIVED).update(state=BidState.RETURNED, ended_at=now)
    title = f"{lot.name}流标公告"
    Notice.objects.create(lot=lot, kind="failed", title=title, body=lot.failed_reason, published_at=now)
    payload = {"law": "BL-28", "reason": lot.failed_reason}
    ledger.append("lot.failed", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def _end_uploads(lot: Lot) -> None:
    """An upload unfinished at the deadline counts as withdrawn (EB-27)."""
    unfinished = Upload.objects.filter(lot=lot, state=UploadState.RECEIVING, copy_of=None)
    names = list(unfinished.values_list("public_id", flat=True))
    unfinished.update(state=UploadState.REFUSED)
    for name in names:
        transaction.on_commit(partial(sealed_store.clear, name))
