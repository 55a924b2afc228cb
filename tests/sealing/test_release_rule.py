"""When a custodian may release: each condition alone holds the release back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sealing.header import parse_header
from sealing.release_rule import may_release
from sealing.trailer import Detached, parse_trailer
from tests.vectors.file_cases import make
from tests.vectors.make_vectors import DEADLINE, Bid, Cast
from tests.vectors.other_cases import signed

SKEW = timedelta(seconds=5)
AFTER = DEADLINE + timedelta(hours=1)
ENDED = {"kind": "opening.window_ended", "payload": {}, "at": "2030-01-01T00:30:00Z"}


def detached(bid: Bid) -> Detached:
    return Detached(parse_header(bid.header.raw), parse_trailer(bid.trailer))


def closing(bid: Bid, **changes: object) -> dict:
    row = {"bid_digest": bid.digest, "sequence": 1, "state": "received"} | changes
    payload = {"lot": bid.tender.lot, "deadline": "2030-01-01T00:00:00Z", "bids": [row]}
    return {"kind": "lot.closed", "lot": bid.tender.lot, "payload": payload, "at": "2030-01-01T00:00:01Z"}


def judge(bid: Bid, entries: list[dict], **changes: object) -> list[str]:
    told = {"own_now": AFTER, "skew": SKEW, "roots": [bid.cast.root], "closing": closing(bid)} | changes
    entry = told.pop("closing")
    return [reason.check for reason in may_release(detached(bid), entry, entries, **told)]


def test_after_the_window_custodians_may_release(bid: Bid) -> None:
    assert judge(bid, [ENDED]) == []


def test_before_the_window_ends_only_the_bidder_may_ask(bid: Bid) -> None:
    assert judge(bid, []) == ["window"]
    assert judge(bid, [{"kind": "opening.rescue_asked", "payload": {"bid_digest": bid.digest}}]) == []
    assert judge(bid, [{"kind": "opening.rescue_asked", "payload": {"bid_digest": "00" * 32}}]) == ["window"]


def test_a_bid_that_its_bidder_released_is_left_alone(bid: Bid) -> None:
    released = {"kind": "share.released", "payload": {"bid_digest": bid.digest, "group": "bidder"}}
    assert judge(bid, [ENDED, released]) == ["window"]


def test_the_own_clock_must_be_safely_past_the_deadline(bid: Bid) -> None:
    assert judge(bid, [ENDED], own_now=DEADLINE + SKEW) == []
    assert judge(bid, [ENDED], own_now=DEADLINE + SKEW - timedelta(seconds=1)) == ["clock"]


def test_a_postponement_signed_by_the_agency_counts(bid: Bid) -> None:
    later = signed(bid.cast, bid.tender, deadline=DEADLINE + timedelta(days=1), amendment=1)
    entry = {"kind": "lot.postponed", "payload": {"parameters": later}}
    assert judge(bid, [ENDED, entry]) == ["clock"]
    assert judge(bid, [ENDED, entry], own_now=AFTER + timedelta(days=1)) == []


def test_a_postponement_that_nobody_signed_holds_the_release_back(bid: Bid) -> None:
    forged = signed(bid.cast, bid.tender)
    forged["body"] = forged["body"] | {"amendment": 7}
    assert judge(bid, [ENDED, {"kind": "lot.amended", "payload": {"parameters": forged}}]) == ["postponement"]
    assert judge(bid, [ENDED, {"kind": "lot.amended", "payload": {}}]) == ["postponement"]


@pytest.mark.parametrize("state", ["withdrawn", "superseded", "superseded_by_amendment", "replaced"])
def test_only_a_received_bid_is_released(bid: Bid, state: str) -> None:
    assert judge(bid, [ENDED], closing=closing(bid, state=state)) == ["closing_set"]


@pytest.mark.parametrize("kind", ["bids.superseded", "bids.incomplete"])
def test_a_bid_that_the_log_lists_as_ended_is_not_released_whatever_the_closing_set_says(bid: Bid, kind: str) -> None:
    assert judge(bid, [ENDED, {"kind": kind, "payload": {"bids": [bid.digest]}}]) == ["withdrawn"]
    assert judge(bid, [ENDED, {"kind": kind, "payload": {"bids": ["00" * 32]}}]) == []
    assert judge(bid, [ENDED, {"kind": kind, "payload": {"bids": None}}]) == []


def test_a_bid_outside_the_closing_set_is_not_released(bid: Bid) -> None:
    assert judge(bid, [ENDED], closing=closing(bid, bid_digest="00" * 32)) == ["closing_set"]
    assert judge(bid, [ENDED], closing=closing(bid, sequence=2)) == ["closing_set"]
    assert judge(bid, [ENDED], closing=None) == ["closing_set"]


def test_a_malformed_closing_entry_is_a_reason_and_no_exception(bid: Bid) -> None:
    good = closing(bid)
    for bad in ({}, {"kind": "lot.closed"}, good | {"payload": None}, good | {"at": 7}, closing(bid, state=None)):
        assert set(judge(bid, [ENDED, {}, {"kind": "share.released"}], closing=bad)) == {"closing_set"}


def test_a_lot_closed_early_is_not_believed(bid: Bid) -> None:
    early = closing(bid) | {"at": "2029-12-31T23:59:59Z"}
    assert judge(bid, [ENDED], closing=early) == ["closing_set"]


def test_suspension_holds_until_it_is_resumed(bid: Bid) -> None:
    suspended, resumed = {"kind": "lot.suspended", "payload": {}}, {"kind": "lot.resumed", "payload": {}}
    assert judge(bid, [ENDED, suspended]) == ["suspended"]
    assert judge(bid, [ENDED, suspended, resumed]) == []


def test_a_signature_that_does_not_verify_is_named_with_everything_else(bid: Bid) -> None:
    spoilt = detached(bid)
    spoilt = replace(spoilt, trailer=replace(spoilt.trailer, signature=bytes(63) + b"\x01"))
    reasons = may_release(spoilt, None, [], own_now=DEADLINE, skew=SKEW, roots=[bid.cast.root])
    assert [reason.check for reason in reasons] == ["signature", "clock", "closing_set", "window"]


def test_policies_say_when_custodians_act(cast: Cast) -> None:
    assert judge(make(cast, "bidder"), [ENDED]) == ["policy"]
    assert judge(make(cast, "custodians"), []) == []
    assert judge(make(cast, "bidder-and-custodians"), []) == []


def test_the_order_of_envelopes_is_that_of_the_statement_with_the_greatest_number(bid: Bid) -> None:
    def entry(amendment: int, *envelopes: str) -> dict:
        body = {"amendment": amendment, "envelopes": list(envelopes)}
        return {"kind": "lot.announced", "payload": {"parameters": {"body": body}}}

    first, second = entry(0, "whole"), entry(1, "technical", "whole")
    assert judge(bid, [first, ENDED]) == []
    assert judge(bid, [first, second, first, ENDED]) == judge(bid, [first, second, ENDED]) == ["envelope", "window"]


@pytest.mark.parametrize("kind", ["lot.failed", "lot.terminated"])
def test_a_lot_that_failed_or_was_terminated_is_not_resumed(bid: Bid, kind: str) -> None:
    assert judge(bid, [ENDED, {"kind": kind}, {"kind": "lot.resumed"}]) == ["suspended"]
