"""The feed: faces for everybody, bodies for whom they are meant and when."""

from datetime import UTC, datetime

import pytest

import ledger
from identity.queries import viewer_of
from ledger.kinds import KINDS, REVEALED_BY, SECRECY_ENDED_BY, Visibility

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
LOT = "A1"


def _append(kind, actor=None, **payload):
    return ledger.append(kind, lot=LOT, at=AT, payload=payload, actor=actor).index


def _seen(index, viewer=None):
    given = {"viewer": viewer} if viewer else {}
    (row,) = ledger.feed(index - 1, limit=1, **given)
    assert set(row) == {"index", "at", "leaf", "leaf_sm3", "body", "salt", "revealed"}
    assert row["index"] == index and row["at"] == "2026-03-02T01:30:00.000000Z"
    assert (row["body"] is None) is (row["salt"] is None)
    return row


@pytest.fixture
def eyes(cast):
    """Viewer by name: two bidders, the agency, the regulator, the public."""
    people = {"bidder": cast.bidders[0], "rival": cast.bidders[1], "agency": cast.agency, "regulator": cast.regulator}
    return {name: viewer_of(player.actor) for name, player in people.items()} | {"public": ledger.Viewer()}


def _who(index, eyes):
    return {name for name, viewer in eyes.items() if _seen(index, viewer)["body"] is not None}


def test_a_bid_is_seen_by_its_bidder_only_until_the_opening_is_finished(cast, eyes):
    index = _append("bid.received", cast.bidders[0].actor, bid_digest="0" * 64)
    assert _who(index, eyes) == {"bidder"}
    _append("opening.started")
    assert _who(index, eyes) == {"bidder"}
    _append("opening.finished")
    assert _who(index, eyes) == set(eyes)


def test_the_public_row_of_a_hidden_entry_names_neither_lot_nor_kind(cast):
    index = _append("bid.received", cast.bidders[0].actor, bid_digest="0" * 64)
    row = _seen(index)
    assert row["body"] is None and row["revealed"] == {} and LOT not in str(row) and "bid" not in str(row)


def test_another_lots_opening_opens_nothing(cast, eyes):
    index = _append("bid.received", cast.bidders[0].actor)
    ledger.append("opening.finished", lot="B2", at=AT, payload={})
    assert _who(index, eyes) == {"bidder"}


def test_a_failed_tenders_bids_are_shown_to_the_regulator_and_never_to_the_public(cast, eyes):
    index = _append("bid.received", cast.bidders[0].actor)
    _append("lot.failed")
    assert _who(index, eyes) == {"bidder", "regulator"}


def test_a_report_is_public_with_the_candidates_and_the_committee_with_the_result(cast, eyes):
    sheet, drawn = _append("sheet.submitted", seat=1), _append("committee.drawn", cast.centre.actor, seats=[])
    assert _who(sheet, eyes) == _who(drawn, eyes) == {"regulator"}
    assert _seen(drawn, viewer_of(cast.centre.actor))["body"] is None
    _append("candidates.published")
    assert (_who(sheet, eyes), _who(drawn, eyes)) == (set(eyes), {"regulator"})
    _append("result.published")
    assert _who(drawn, eyes) == set(eyes)


def test_who_fetched_a_document_is_known_to_itself_and_after_the_opening_to_the_regulator(cast, eyes):
    index = _append("document.fetched", cast.bidders[0].actor, document="x")
    assert _who(index, eyes) == {"bidder"}
    _append("opening.finished")
    assert _who(index, eyes) == {"bidder", "regulator"}


@pytest.mark.parametrize("kind", ["person.registered", "person.password_reset", "role.granted", "role.ended"])
def test_what_staff_do_to_accounts_is_seen_by_who_supervises_them_at_once_and_never_by_the_public(cast, eyes, kind):
    entry = ledger.append(kind, at=AT, payload={}, actor=cast.centre.actor, personal={"login": "wang"})
    assert _who(entry.index, eyes) == {"regulator"}
    told = _seen(entry.index, eyes["regulator"])["revealed"]
    assert (told["login"]["value"], told["actor"]["value"]) == ("wang", cast.centre.actor.login)
    assert _seen(entry.index, viewer_of(cast.centre.actor))["body"] is not None


def test_a_public_question_does_not_tell_who_asked(cast, eyes):
    index = _append("question.asked", cast.bidders[0].actor, text="工期如何计算？")
    told = {name for name, viewer in eyes.items() if "organisation" in _seen(index, viewer)["revealed"]}
    assert told == {"bidder"}
    _append("opening.finished")
    assert "organisation" in _seen(index, eyes["regulator"])["revealed"]
    assert "organisation" not in _seen(index)["revealed"]


def test_the_house_sees_everything(cast):
    index = _append("bid.received", cast.bidders[0].actor, bid_digest="0" * 64)
    row = _seen(index, ledger.HOUSE)
    assert row["body"]["payload"] == {"bid_digest": "0" * 64}
    assert row["revealed"]["actor"]["value"] == cast.bidders[0].actor.login


def test_the_feed_goes_on_after_an_index_and_is_bounded(db):
    for number in range(7):
        _append("lot.announced", n=number)
    assert [row["index"] for row in ledger.feed(limit=3)] == [0, 1, 2]
    assert [row["index"] for row in ledger.feed(4)] == [5, 6]
    assert len(ledger.feed(limit=0)) == 1 and ledger.feed(6) == []


def test_all_entries_of_a_lot_are_found_by_kind(db):
    _append("lot.announced")
    ledger.append("lot.announced", lot="B2", at=AT, payload={})
    _append("lot.closed", bids=[])
    assert [row["body"]["kind"] for row in ledger.entries_of(LOT)] == ["lot.announced", "lot.closed"]
    assert [row["index"] for row in ledger.entries_of(LOT, kinds=["lot.closed"])] == [2]
    assert ledger.entries_of(LOT, kinds=["lot.closed"], viewer=ledger.Viewer())[0]["body"] is None


def test_what_holds_bids_shares_scores_or_names_is_not_public():
    hidden = {"bid.received", "bid.withdrawn", "lot.closed", "share.released", "document.fetched", "upload.started"}
    hidden |= {"sheet.submitted", "committee.drawn", "member.pledged", "bid.refused", "opening.rescue_asked"}
    assert not {kind for kind in hidden if KINDS[kind] is Visibility.PUBLIC}


def test_what_ends_a_secrecy_is_public_itself():
    ends = SECRECY_ENDED_BY.union(*REVEALED_BY.values())
    assert {KINDS[kind] for kind in ends} == {Visibility.PUBLIC}
