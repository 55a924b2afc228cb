"""Closing at the deadline: the closing set, failed tenders, lost races, and a submission held open across the close."""

import pytest

import ledger
from tendering import sealed_store
from tendering.models import Bid, BidState, Notice, Upload
from tendering.operations.close_lot import close_lot
from tendering.refusals import LostRace
from tendering.rules.lifecycle import MoveRefused


def test_a_lot_does_not_close_before_its_deadline(tender, hands):
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    hands.to(tender.lot.deadline_at)
    hands.move(-0.001)
    with pytest.raises(MoveRefused) as refused:
        close_lot(lot_id=tender.lot.pk)
    assert "deadline_not_reached" in refused.value.codes


def test_the_closing_entry_lists_every_bid_with_its_state(tender, hands):
    _, first = tender.bid(tender.cast.bidders[0])
    tender.bid(tender.cast.bidders[0], sequence=2)
    for player in tender.cast.bidders[1:4]:
        tender.bid(player)
    taken_back = Bid.objects.get(bidder=tender.cast.bidders[3].organisation)
    tender.withdraws(tender.cast.bidders[3], taken_back.bid_digest)
    hands.to(tender.lot.deadline_at)
    assert close_lot(lot_id=tender.lot.pk).stage == "closed"
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["lot.closed"])
    states = {row["bid_digest"]: row["state"] for row in entry["body"]["payload"]["bids"]}
    assert states[first.bid_digest] == "replaced"
    assert states[taken_back.bid_digest] == "withdrawn"
    assert sorted(states.values()) == ["received", "received", "received", "replaced", "withdrawn"]
    assert Bid.objects.filter(in_closing_set=True).count() == 3


def test_a_second_close_loses_the_race_and_changes_nothing(tender, hands):
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    with pytest.raises(LostRace):
        close_lot(lot_id=tender.lot.pk)
    assert tender.kinds().count("lot.closed") == 1


def test_two_bids_fail_the_tender_and_go_back_sealed(tender, hands):
    for player in tender.cast.bidders[:2]:
        tender.bid(player)
    hands.to(tender.lot.deadline_at)
    assert close_lot(lot_id=tender.lot.pk).stage == "failed"
    assert set(Bid.objects.values_list("state", flat=True)) == {BidState.RETURNED}
    assert Notice.objects.get(lot=tender.lot).kind == "failed"
    assert "lot.closed" not in tender.kinds()
    assert tender.fresh().next_due_at is None


def test_an_unfinished_upload_at_the_deadline_counts_as_withdrawn(tender, hands, django_capture_on_commit_callbacks):
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    late = tender.cast.bidders[3]
    upload = tender.send(late, tender.seal(late))
    hands.to(tender.lot.deadline_at)
    with django_capture_on_commit_callbacks(execute=True):
        close_lot(lot_id=tender.lot.pk)
    assert Upload.objects.get(pk=upload.pk).state == "refused"
    assert not sealed_store.part_path(upload.public_id).exists()
    assert Bid.objects.filter(in_closing_set=True).count() == 3
