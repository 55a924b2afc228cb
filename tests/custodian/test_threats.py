"""Attacks on the whole arrangement, with real operations and real agents: each fails, or harms nobody's bid (4.6)."""

from datetime import timedelta

import pytest
from django.conf import settings

import ledger
from custodian.log import LogBroken
from ledger import clock
from sealing.releases import LedgerHead, sign_release
from sealing.shares import Share
from suites.base64_text import to_base64
from suites.intl import Intl1
from tendering import bid_queries, receipts
from tendering.models import Bid, OpenedBid, Opening, Release, ReleaseRefusal
from tendering.operations.amend_lot import amend_lot
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.record_custodian_release import record_custodian_release
from tendering.operations.start_opening import start_opening
from tests.lots import Keys, signed
from tests.sealed import own_keys

HOUR = timedelta(hours=1)


def end(tender, hands):
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)


def to_opening(tender, hands):
    hands.to(tender.fresh().deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)


def asking_for(bid, entries=None):
    """A platform that puts this bid on the work list whatever its state."""
    upload = bid.uploads.get()
    row = {
        "bid_digest": bid.bid_digest,
        "header": to_base64(bytes(upload.header)),
        "trailer": to_base64(bytes(upload.trailer)),
    }

    def change(path, answer):
        if not path.endswith("/work"):
            return answer
        shown = [{**entry, "revealed": {}} for entry in ledger.entries_of(bid.lot.code)]
        shown = [entry for entry in shown if entries is None or entries(entry)]
        return {**answer, "lots": [{"lot": bid.lot.code, "entries": shown, "bids": [row]}]}

    return change


# the platform's clock


def test_a_clock_set_forward_closes_the_lot_and_opens_nothing(tender, hands, agent_of):
    """By the platform's clock all is over; by the true one the deadline is an hour away."""
    true = hands.at
    tender.opened_window(hands)
    end(tender, hands)
    for name in ("centre", "purchaser", "regulator"):
        assert agent_of(name, now=lambda: true).round() == 0
    assert "is not safely past by the own clock" in ReleaseRefusal.objects.first().reason
    hands.move(20)
    assert open_bids(lot_id=tender.lot.pk).stage == "failed"
    assert not any(settings.OPENED_ROOT.rglob("*.pdf"))


def test_a_clock_set_back_to_let_a_late_bid_in_holds_every_release_back(tender, hands, agent_of):
    """The late bid is taken in, as the platform's clock says it is in time; no agent opens anything on such a clock."""
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    _, late = tender.bid(tender.cast.bidders[3])  # in truth an hour after the deadline
    to_opening(tender, hands)
    end(tender, hands)
    agents = [agent_of(name, now=lambda: hands.at + 2 * HOUR) for name in ("centre", "purchaser", "regulator")]
    assert [agent.round() for agent in agents] == [0, 0, 0]
    assert late.state == "received"
    assert "7200 seconds apart" in ReleaseRefusal.objects.first().reason


def test_the_platforms_clock_is_not_what_an_agent_goes_by(tender, hands, agent_of, monkeypatch):
    """With the same true time an agent decides the same, whatever the platform's clock says within the limit."""
    tender.opened_window(hands)
    end(tender, hands)
    true = hands.at
    monkeypatch.setattr(clock, "now", lambda: true + timedelta(seconds=50))
    assert agent_of("centre", now=lambda: tender.lot.deadline_at - timedelta(seconds=5)).round() == 0
    assert "clock: " in ReleaseRefusal.objects.first().reason
    assert agent_of("regulator", now=lambda: true).round() == 3


# postponement


@pytest.fixture
def postponed(tender, hands):
    """A real postponement by an hour, signed by the agency; afterwards three bids sealed for the new deadline."""
    old = tender.lot.deadline_at
    keys = Keys(tender.keys_of(tender.cast.agency), tuple(own_keys(held) for _, held, _ in tender.custodians.values()))
    later = signed(tender.fresh(), keys, old + HOUR)
    amend_lot(lot_code=tender.lot.code, actor=tender.cast.agency.actor, explanation="延期开标", **later)
    tender.lot.refresh_from_db()
    return old


def test_an_agent_learns_a_postponement_from_the_feed_and_keeps_to_it(tender, hands, postponed, agent_of):
    """The platform's clock runs ahead and its work list hides the amendment: the agent's own memory says wait."""
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    to_opening(tender, hands)
    end(tender, hands)

    def hide(path, answer):
        for lot in answer.get("lots", []):
            lot["entries"] = [row for row in lot["entries"] if row["body"]["kind"] != "lot.postponed"]
        return answer

    between = postponed + timedelta(minutes=30)  # past the first deadline, before the one that was moved to
    agent = agent_of("centre", change=hide, now=lambda: between)
    agent.skew_limit = 2 * HOUR
    assert agent.round() == 0
    assert "clock: the deadline" in ReleaseRefusal.objects.first().reason
    assert agent_of("regulator", change=hide).round() == 3  # its own clock is past the later deadline


def test_bids_sealed_before_a_postponement_are_never_released(tender, hands, agent_of):
    _, old = tender.bid(tender.cast.bidders[3])
    keys = Keys(tender.keys_of(tender.cast.agency), tuple(own_keys(held) for _, held, _ in tender.custodians.values()))
    later = signed(tender.fresh(), keys, tender.lot.deadline_at + HOUR)
    amend_lot(lot_code=tender.lot.code, actor=tender.cast.agency.actor, explanation="延期开标", **later)
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    to_opening(tender, hands)
    end(tender, hands)
    assert agent_of("centre", change=asking_for(old)).round() == 0
    assert "superseded_by_amendment" in ReleaseRefusal.objects.get(bid=old).reason


# the closing set


def test_a_withdrawn_bid_is_refused_by_every_agent_though_the_platform_asks(tender, hands, agent_of):
    _, gone = tender.bid(tender.cast.bidders[3])
    tender.withdraws(tender.cast.bidders[3], gone.bid_digest)
    tender.opened_window(hands)
    end(tender, hands)
    for name in ("centre", "purchaser", "regulator"):
        assert agent_of(name, change=asking_for(gone)).round() == 0
    said = ReleaseRefusal.objects.filter(bid=gone).first().reason
    assert "withdrawn: the bid was withdrawn" in said
    assert "closing_set: the bid stands in the closing set as withdrawn" in said
    hidden = asking_for(gone, entries=lambda row: row["body"]["kind"] != "bid.withdrawn")
    assert agent_of("centre", change=hidden).round() == 0  # the closing entry says it too
    assert not Release.objects.filter(bid=gone).exists()


def test_a_receipted_bid_that_is_dropped_from_the_closing_set_is_missed_by_its_receipt(tender, hands, monkeypatch):
    """The platform leaves a bid out. Its bidder holds a signed receipt for a bid the public closing entry lacks."""
    made = [tender.bid(player)[1] for player in tender.cast.bidders[:4]]
    real = bid_queries.closing_set
    dropped = made[0].bid_digest
    monkeypatch.setattr(
        bid_queries, "closing_set", lambda lot: [row for row in real(lot) if row["bid_digest"] != dropped]
    )
    to_opening(tender, hands)
    (closing,) = ledger.entries_of(tender.lot.code, kinds=["lot.closed"])
    listed = {row["bid_digest"] for row in closing["body"]["payload"]["bids"]}
    said = receipts.verify(made[0].receipt["statement"], public=receipts.public_key())
    assert said["bid_digest"] == dropped
    assert dropped not in listed
    assert said["received_at"] < closing["at"]
    entry = ledger.entries_of(tender.lot.code, kinds=["bid.received"])[0]
    assert entry["leaf"] == made[0].receipt["evidence"]["leaf"]  # and the log it was entered in proves that it was


def test_a_bid_outside_the_closing_entry_is_not_released_even_where_the_platform_asks(
    tender, hands, agent_of, monkeypatch
):
    made = [tender.bid(player)[1] for player in tender.cast.bidders[:4]]
    real, dropped = bid_queries.closing_set, made[0].bid_digest
    monkeypatch.setattr(
        bid_queries, "closing_set", lambda lot: [row for row in real(lot) if row["bid_digest"] != dropped]
    )
    to_opening(tender, hands)
    end(tender, hands)
    assert agent_of("centre").round() == 3
    assert "not in the closing set exactly once" in ReleaseRefusal.objects.get(bid=made[0]).reason


# custodians that do wrong


def test_one_custodian_alone_opens_nothing_and_one_that_withholds_stops_nothing(tender, hands, agent_of):
    made = tender.opened_window(hands)
    end(tender, hands)
    assert agent_of("centre").round() == 3
    assert not any(row.openable for row in bid_queries.collection(tender.lot).rows)
    assert agent_of("regulator").round() == 3  # the purchaser's agent never comes
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == len(made)


def test_a_custodian_that_lies_is_on_record_and_the_others_open_the_bid(tender, hands, agent_of):
    made = tender.opened_window(hands)
    end(tender, hands)
    centre, held, _ = tender.custodians["centre"]
    for _, bid in made:
        header = bid_queries.header_on_record(bid)
        seat = next(seat for seat in header.wraps if seat.kid == held.certificate.kid)
        false = Share(bid.bid_digest, header.core.hex(), seat.kid, seat.group, seat.index, b"\x01" * 32)
        statement = sign_release(own_keys(held), false, ledger_head=LedgerHead(1, "00" * 32), at=hands.at)
        stored = record_custodian_release(statement=statement, custodian=centre)
        assert (stored.matches, stored.statement) == (False, statement)
    for name in ("purchaser", "regulator"):
        assert agent_of(name).round() == 3
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3


# a bidder that seals a bad wrap


@pytest.fixture
def bad_wrap(tender, hands, monkeypatch):
    """The first bid carries a wrap for the centre that holds something else than the share committed to."""
    real, victim = Intl1.wrap, own_keys(tender.custodians["centre"][1]).public.seal_public

    def wrapped(self, public, context, share):
        return real(self, public, context, bytes(32) if public == victim else share)

    monkeypatch.setattr(Intl1, "wrap", wrapped)
    first = tender.bid(tender.cast.bidders[0])
    monkeypatch.setattr(Intl1, "wrap", real)
    made = [first, *(tender.bid(player) for player in tender.cast.bidders[1:3])]
    to_opening(tender, hands)
    return made


def test_a_bad_wrap_beside_a_good_own_one_is_refused_signed_and_the_bidder_opens_its_own(
    tender, hands, bad_wrap, agent_of
):
    for player, (file, _) in zip(tender.cast.bidders, bad_wrap, strict=False):
        tender.bidder_releases(player, file)
    end(tender, hands)
    assert agent_of("centre").round() == 0  # nothing is needed of it
    open_bids(lot_id=tender.lot.pk)
    assert set(OpenedBid.objects.values_list("opened_by", flat=True)) == {"bidder"}


def test_a_bad_wrap_and_an_absent_bidder_the_other_custodians_open_and_nobody_is_blamed(
    tender, hands, bad_wrap, agent_of
):
    end(tender, hands)
    assert agent_of("centre").round() == 2
    refusal = ReleaseRefusal.objects.get()
    assert refusal.bid == bad_wrap[0][1]
    assert "share_commitment: " in refusal.reason
    assert [agent_of(name).round() for name in ("purchaser", "regulator")] == [3, 1]
    open_bids(lot_id=tender.lot.pk)
    assert set(Bid.objects.values_list("state", flat=True)) == {"opened"}


def test_a_bad_wrap_and_one_more_custodian_away_ends_without_blame(tender, hands, bad_wrap, agent_of):
    end(tender, hands)
    assert (agent_of("centre").round(), agent_of("regulator").round()) == (2, 3)
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    shut = Bid.objects.get(pk=bad_wrap[0][1].pk)
    assert (shut.state, shut.end_reason) == ("withdrawn_no_blame", "threshold")


# the signed head


def test_a_closing_entry_that_no_signed_head_covers_is_not_believed(tender, hands, agent_of):
    """The platform shows entries beyond the last head it has signed: it could still take them back."""
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    old = ledger.checkpoint()
    to_opening(tender, hands)
    end(tender, hands)

    def older(path, answer):
        return {**answer, "checkpoint": old} if path.endswith("/work") else answer

    assert agent_of("centre", change=older).round() == 0
    assert "is not in the log that was signed" in ReleaseRefusal.objects.first().reason
    assert not Release.objects.exists()


def test_a_head_older_than_the_last_one_ends_the_agent(tender, hands, agent_of):
    old = ledger.checkpoint()
    tender.opened_window(hands)
    end(tender, hands)
    assert agent_of("centre").round() == 3

    def older(path, answer):
        return {**answer, "checkpoint": old} if path.endswith("/work") else answer

    with pytest.raises(LogBroken, match="shorter"):
        agent_of("centre", change=older).round()
