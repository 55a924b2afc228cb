"""Threads on a real database, SQLite file or PostgreSQL: submissions held open across the close, double clicks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

import ledger
from ledger.verify import verify
from tendering import queries, sealed_store
from tendering.models import Bid, BidState, OpenedBid, Opening
from tendering.operations import complete_bid as module
from tendering.operations.close_lot import close_lot
from tendering.operations.complete_bid import complete_bid
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.start_opening import start_opening
from tendering.refusals import ActRefused, LostRace

WAIT = 30


@pytest.fixture
def tender(real_database, hands, tmp_path, settings):
    from tests.cast import make_cast
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    return make_tender(make_cast(), tmp_path, now=hands.at)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at once, each on its own connection; return results or the refusals they ended with."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (ActRefused, LostRace) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(timeout=WAIT) for done in [pool.submit(run, call) for call in calls]]


def prepared(tender):
    """Three bids in force, and a fourth uploaded but not completed."""
    for player in tender.cast.bidders[:3]:
        tender.bid(player)
    late = tender.cast.bidders[3]
    file = tender.seal(late)
    upload = tender.send(late, file)

    def submit():
        return complete_bid(upload_id=upload.public_id, trailer=file.parts()[2], actor=late.actor)

    return file, submit


def closing_set(tender):
    (entry,) = ledger.entries_of(tender.lot.code, kinds=["lot.closed"])
    return {row["bid_digest"] for row in entry["body"]["payload"]["bids"] if row["state"] == "received"}


def test_judged_in_time_and_held_open_across_the_close_is_in_the_closing_set(tender, hands, monkeypatch):
    file, submit = prepared(tender)
    keep, judged, closing = sealed_store.keep, threading.Event(), threading.Event()

    def held(*args):
        judged.set()
        assert closing.wait(WAIT)  # the deadline passes while this submission holds the lot
        closing.clear()
        closing.wait(0.5)  # and the clock's process stands at the lock
        return keep(*args)

    def close():
        assert judged.wait(WAIT)
        hands.to(tender.lot.deadline_at)
        closing.set()
        return close_lot(lot_id=tender.lot.pk)

    monkeypatch.setattr(module.sealed_store, "keep", held)
    bid, lot = together(submit, close)
    assert lot.stage == "closed"
    assert isinstance(bid, Bid)
    assert file.digest in closing_set(tender)
    assert Bid.objects.filter(in_closing_set=True).count() == 4


def test_waiting_for_the_lot_while_the_deadline_passes_is_late(tender, hands):
    file, submit = prepared(tender)
    holding, waiting = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            queries.lock_lot(pk=tender.lot.pk)
            holding.set()
            waiting.wait(0.5)  # the submission stands at the lock; its clock must not have been read yet
            hands.to(tender.lot.deadline_at)

    def wait():
        assert holding.wait(WAIT)
        return submit()

    _, refused = together(hold, wait)
    assert isinstance(refused, ActRefused)
    assert refused.codes == {"late"}
    close_lot(lot_id=tender.lot.pk)
    assert file.digest not in closing_set(tender)
    assert not sealed_store.sealed_path(tender.lot.code, file.digest).exists()


def test_a_submission_that_comes_to_the_lot_after_the_close_is_refused(tender, hands, monkeypatch):
    file, submit = prepared(tender)
    write, written, closed = sealed_store.write_trailer, threading.Event(), threading.Event()

    def slow(*args):
        path = write(*args)
        written.set()
        assert closed.wait(WAIT)
        return path

    def close():
        assert written.wait(WAIT)
        hands.to(tender.lot.deadline_at)
        try:
            return close_lot(lot_id=tender.lot.pk)
        finally:
            closed.set()

    monkeypatch.setattr(module.sealed_store, "write_trailer", slow)
    refused, lot = together(submit, close)
    assert lot.stage == "closed"
    assert "late" in refused.codes
    assert file.digest not in closing_set(tender)
    assert not Bid.objects.filter(bid_digest=file.digest).exists()


def test_four_clicks_at_once_give_one_bid_and_one_receipt(tender):
    _, submit = prepared(tender)
    bids = together(submit, submit, submit, submit)
    assert len({bid.pk for bid in bids}) == 1
    assert all(bid.receipt == bids[0].receipt for bid in bids)
    assert tender.kinds().count("bid.received") == 4
    assert verify().good


def test_two_clocks_close_and_open_the_lot_once(tender, hands):
    made = [tender.bid(player) for player in tender.cast.bidders[:3]]
    hands.to(tender.lot.deadline_at)

    def twice(operation):
        found = together(*[lambda: operation(lot_id=tender.lot.pk)] * 2)
        assert sum(isinstance(row, LostRace) for row in found) == 1

    twice(close_lot)
    twice(start_opening)
    for player, (file, _) in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, file)
    hands.to(Opening.objects.get().window_ends_at)
    twice(end_window)
    twice(open_bids)
    kinds = tender.kinds()
    for kind in ("lot.closed", "opening.started", "opening.window_ended", "opening.finished"):
        assert kinds.count(kind) == 1
    assert OpenedBid.objects.count() == 3
    assert set(Bid.objects.values_list("state", flat=True)) == {BidState.OPENED}
    assert verify().good
