"""What a hall shows, and what it does not show yet."""

import json

import pytest

from opening_hall.state import STEPS, hall_state, may_be_watched
from opening_hall.words import hall_words
from tendering.operations.confirm_price import confirm_price
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.sign_in_to_opening import sign_in_to_opening


def locks(tender):
    return [bidder["lock"] for bidder in hall_state(tender.lot.code)["bidders"]]


def test_before_the_opening_nobody_learns_who_or_how_many_bid(tender, hands):
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    state = hall_state(tender.lot.code)
    assert state["bidders"] == [] and state["custodians"] == [] and state["log"] == []
    said = json.dumps(state, ensure_ascii=False)
    assert not any(player.organisation.name in said for player in tender.cast.bidders)


@pytest.fixture
def window(tender, hands):
    return tender.opened_window(hands)


def test_names_appear_with_the_opening_and_prices_do_not(tender, window):
    state = hall_state(tender.lot.code)
    assert [b["name"] for b in state["bidders"]] == [p.organisation.name for p in tender.cast.bidders[:3]]
    assert state["step"] == "decrypt" and all(b["price"] is None for b in state["bidders"])


def test_a_lock_opens_when_the_bidders_share_was_checked(tender, window):
    tender.bidder_releases(tender.cast.bidders[1], window[1][0])
    assert locks(tender) == ["wait", "open", "wait"]
    note = next(step["note"] for step in hall_state(tender.lot.code)["steps"] if step["key"] == "decrypt")
    assert note == "1 / 3"


def test_a_released_bid_still_shows_no_price_until_all_are_settled(tender, window):
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    assert hall_state(tender.lot.code)["bidders"][0]["price"] is None


def test_prices_appear_together_and_confirmations_are_counted(tender, window):
    for player, (file, _bid) in zip(tender.cast.bidders, window, strict=False):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    open_bids(lot_id=tender.lot.pk)
    state = hall_state(tender.lot.code)
    assert [b["price"] for b in state["bidders"]] == ["8900000.00"] * 3
    assert state["step"] == "confirm"
    confirm_price(lot_code=tender.lot.code, bid_digest=window[0][1].bid_digest, actor=tender.cast.bidders[0].actor)
    note = next(step["note"] for step in hall_state(tender.lot.code)["steps"] if step["key"] == "confirm")
    assert note == "1 / 3"


def test_every_line_of_the_log_has_words(tender, window):
    sign_in_to_opening(lot_code=tender.lot.code, actor=tender.cast.bidders[0].actor)
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    state, words = hall_state(tender.lot.code), hall_words()
    kinds = {line["kind"] for line in state["log"]}
    assert {"opening.started", "opening.signed_in", "share.released.bidder"} <= kinds
    assert kinds <= set(words["log"])
    assert {b["detail"] for b in state["bidders"]} <= set(words["lockDetail"])
    assert set(words["step"]) == set(STEPS)


def test_the_number_of_queries_does_not_grow_with_the_watchers_only_slowly_with_the_bids(
    tender, window, django_assert_max_num_queries
):
    with django_assert_max_num_queries(22):
        hall_state(tender.lot.code)


def test_a_lot_that_was_not_announced_cannot_be_watched(tender):
    assert may_be_watched(tender.lot.code)
    assert not may_be_watched("A000")
