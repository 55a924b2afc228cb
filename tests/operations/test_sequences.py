"""A header may name any sequence that JSON carries exactly: it is taken in or refused in words, on every database.

Taken in is one of which its bidder has a next one left.
"""

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from sealing.canonical import LARGEST
from sealing.padding import CHUNK, MOST_PADDED
from tendering import bid_queries
from tendering.models import Bid, BidState, OpenedBid, Upload
from tendering.operations.start_upload import start_upload
from tendering.refusals import ActRefused
from tendering.rules.intake import FURTHEST_AHEAD

RANGES = BaseDatabaseOperations.integer_field_ranges  # of the databases that keep to them
MOST_DAYS = 36_500  # of `sealing.manifest`


@pytest.mark.parametrize(
    ("model", "column", "most"),
    [
        (Upload, "sequence", LARGEST),
        (Bid, "sequence", LARGEST),
        (Upload, "count", MOST_PADDED // CHUNK + 1),
        (Bid, "count", MOST_PADDED // CHUNK + 1),
        (Bid, "size", 2 * MOST_PADDED),
        (OpenedBid, "duration_days", MOST_DAYS),
    ],
)
def test_a_column_holds_every_number_that_a_bidder_may_name(model, column, most):
    assert most <= RANGES[model._meta.get_field(column).get_internal_type()][1]


def refusal(tender, bidder, sequence):
    with pytest.raises(ActRefused) as refused:
        header = tender.seal(bidder, sequence=sequence).parts()[0]
        start_upload(lot_code=tender.lot.code, header=header, actor=bidder.actor)
    assert refused.value.codes == {"sequence"}
    return str(refused.value)


def test_a_sequence_as_far_ahead_as_may_be_is_taken_in_and_a_smaller_one_after_it_refused_in_words(tender):
    bidder, sequence = tender.cast.bidders[0], 1 + FURTHEST_AHEAD
    _, bid = tender.bid(bidder, sequence=sequence)
    bid.refresh_from_db()
    assert (bid.sequence, bid.state) == (sequence, BidState.RECEIVED)
    assert bid.receipt["statement"]["body"]["sequence"] == sequence
    assert bid_queries.next_sequence(tender.lot, bidder.organisation.pk) == sequence + 1
    assert f"至少应为 {sequence + 1}" in refusal(tender, bidder, 2)


@pytest.mark.parametrize("sequence", [2 + FURTHEST_AHEAD, 2**31, LARGEST])
def test_a_sequence_that_would_leave_its_bidder_no_next_one_is_refused_in_words(tender, sequence):
    bidder = tender.cast.bidders[0]
    assert f"{sequence} 过大，应在 1 至 {1 + FURTHEST_AHEAD} 之间" in refusal(tender, bidder, sequence)
    _, bid = tender.bid(bidder, sequence=bid_queries.next_sequence(tender.lot, bidder.organisation.pk))
    assert bid.sequence == 1
    assert f"应在 2 至 {2 + FURTHEST_AHEAD} 之间" in refusal(tender, bidder, 3 + FURTHEST_AHEAD)


def test_a_sequence_that_json_does_not_carry_exactly_is_no_header(tender):
    bidder = tender.cast.bidders[0]
    header = tender.seal(bidder).parts()[0]
    raw = header.replace(b'"sequence":1', b'"sequence":%d' % (LARGEST + 1))
    assert raw != header
    with pytest.raises(ActRefused):
        start_upload(lot_code=tender.lot.code, header=raw, actor=bidder.actor)
