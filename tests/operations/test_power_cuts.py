"""What a power cut, a restored backup or a store that is away leave behind is mended, and blamed on nobody.

A file system that lost its power shows names whose bytes had not been written yet; the rows of the database are there.
"""

import os
import resource
from pathlib import Path

import pytest
from django.conf import settings

from expert_portal import bids as expert_bids
from tendering import bid_queries, kept_contents, sealed_store, tasks
from tendering.models import Bid, BidState, OpenedBid, Upload, UploadState
from tendering.operations import check_stored_bids as checking
from tendering.operations import open_bids as opening
from tendering.operations.complete_bid import complete_bid
from tendering.operations.hand_in_copy import hand_in_copy
from tendering.operations.start_copy import start_copy
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.refusals import PlatformFull

GRACE = 3600  # seconds, more than any


def lose(upload, harm):
    """Take an upload's files, or their bytes."""
    part = sealed_store.part_path(upload.public_id)
    for path in (part, part.with_suffix(".leaves")):
        path.unlink() if harm == "gone" else os.truncate(path, 0)


def send(upload, file, actor):
    for number, chunk in enumerate(file.parts()[1]):
        store_chunk(upload_id=upload.public_id, number=number, chunk=chunk, leaf=file.leaf(chunk), actor=actor)


def contents(tender, bid):
    return Path(settings.OPENED_ROOT) / tender.lot.code / bid.bid_digest


@pytest.fixture
def cut(tender, hands, monkeypatch):
    """Three bids decrypted when the power went, before anything was published."""
    window = tender.collected(hands)

    class PowerCut(Exception):
        """Nobody catches it."""

    def fail(*arguments):
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(opening, "_publish", fail)
        with pytest.raises(PowerCut):
            opening.open_bids(lot_id=tender.lot.pk)
    return [bid for _, bid in window]


@pytest.mark.parametrize("harm", ["gone", "empty"])
def test_an_upload_whose_files_were_lost_begins_again_under_the_same_header(tender, harm):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder, size=2_500_000)
    first = tender.send(bidder, file)
    lose(first, harm)
    again = start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=bidder.actor)
    assert again.pk == first.pk
    assert bid_queries.received_chunks(again) == []
    send(again, file, bidder.actor)
    bid = complete_bid(upload_id=again.public_id, trailer=file.parts()[2], actor=bidder.actor)
    assert sealed_store.sealed_path(tender.lot.code, bid.bid_digest).read_bytes() == file.path.read_bytes()


def test_resuming_an_upload_that_is_whole_keeps_what_was_received(tender):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder, size=2_500_000)
    first = tender.send(bidder, file)
    again = start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=bidder.actor)
    assert bid_queries.received_chunks(again) == [0, 1, 2]
    assert again.pk == first.pk


@pytest.mark.parametrize("harm", ["gone", "empty"])
def test_a_copy_whose_files_were_lost_can_be_handed_in_all_the_same(tender, hands, harm):
    file, bid = tender.opened_window(hands)[0]
    actor = tender.cast.bidders[0].actor
    sealed_store.sealed_path(tender.lot.code, bid.bid_digest).unlink()
    checking.check_stored_bids(lot_id=tender.lot.pk)
    asked = {"lot_code": tender.lot.code, "bid_digest": bid.bid_digest, "header": file.parts()[0], "actor": actor}
    lose(start_copy(**asked), harm)
    again = start_copy(**asked)
    send(again, file, actor)
    hand_in_copy(upload_id=again.public_id, trailer=file.parts()[2], actor=actor)
    assert Bid.objects.get(pk=bid.pk).damaged_at is None


def test_an_upload_that_cannot_begin_takes_no_older_ones_files(tender, monkeypatch):
    bidder = tender.cast.bidders[0]
    files = [tender.seal(bidder, sequence=number) for number in range(1, 5)]
    older = [tender.send(bidder, file) for file in files[:3]]

    def full(*arguments):
        raise PlatformFull

    monkeypatch.setattr(sealed_store, "begin", full)
    with pytest.raises(PlatformFull):
        start_upload(lot_code=tender.lot.code, header=files[3].parts()[0], actor=bidder.actor)
    assert all(sealed_store.part_path(upload.public_id).exists() for upload in older)
    assert Upload.objects.filter(state=UploadState.RECEIVING).count() == 3


def test_chunks_are_refused_while_the_disk_is_down_to_its_reserve(tender, monkeypatch):
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = start_upload(lot_code=tender.lot.code, header=file.parts()[0], actor=bidder.actor)
    with monkeypatch.context() as patched, pytest.raises(PlatformFull):
        patched.setattr(sealed_store, "has_room", lambda length: False)
        send(upload, file, bidder.actor)
    assert bid_queries.received_chunks(upload) == []
    send(upload, file, bidder.actor)


@pytest.mark.parametrize("lost", ["manifest.json", "letter.pdf"])
def test_contents_that_were_not_on_the_disk_yet_are_decrypted_again_before_anything_is_published(tender, cut, lost):
    folder = contents(tender, cut[0])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    os.truncate(folder / lost, 0)
    assert opening.open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert OpenedBid.objects.count() == 3


@pytest.mark.parametrize("harm", ["cut", "zeros", "gone"])
def test_published_contents_that_were_not_on_the_disk_yet_are_made_again(tender, hands, harm):
    bid = tender.collected(hands)[0][1]
    opening.open_bids(lot_id=tender.lot.pk)
    letter = contents(tender, bid) / "letter.pdf"
    honest = letter.read_bytes()
    if harm == "gone":
        letter.unlink()
    else:
        letter.write_bytes(bytes(len(honest) if harm == "zeros" else 0))
    assert tasks.keep_contents() == 3
    opened = OpenedBid.objects.get(bid=bid)
    shown = next(file for file in expert_bids.files_of(opened) if file.name == "letter.pdf")
    assert expert_bids.path_of(tender.lot, opened, shown).read_bytes() == honest
    assert not kept_contents.waiting().exists()
    assert tasks.keep_contents() == 0


def test_one_bid_whose_contents_cannot_be_made_again_holds_up_no_other(tender, hands):
    bid = tender.collected(hands)[0][1]
    opening.open_bids(lot_id=tender.lot.pk)
    (contents(tender, bid) / "letter.pdf").unlink()
    sealed_store.sealed_path(tender.lot.code, bid.bid_digest).unlink()
    assert tasks.keep_contents() == 2
    assert list(kept_contents.waiting()) == [bid]


def test_everything_opened_is_flushed_with_its_names(tender, hands, monkeypatch):
    bid = tender.collected(hands)[0][1]
    opening.open_bids(lot_id=tender.lot.pk)
    flushed, real = set(), os.fsync

    def fsync(handle):
        flushed.add(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert kept_contents.keep(Bid.objects.get(pk=bid.pk))
    folder = contents(tender, bid).resolve()
    assert flushed >= {folder, folder.parent, folder.parent.parent, *folder.iterdir()}


def test_the_clock_asks_once_a_minute_and_only_while_something_waits(tender, hands, monkeypatch):
    asked = []
    monkeypatch.setattr(kept_contents.current_app, "send_task", lambda name, **how: asked.append(name))
    assert not kept_contents.ask_to_keep(hands.at.replace(second=0))
    tender.collected(hands)
    opening.open_bids(lot_id=tender.lot.pk)
    assert not kept_contents.ask_to_keep(hands.at.replace(second=30))
    assert kept_contents.ask_to_keep(hands.at.replace(second=0))
    assert asked == ["tendering.tasks.keep_contents"]


def test_a_store_that_is_away_is_no_loss_of_any_bid(tender, hands, tmp_path, settings):
    tender.collected(hands)
    real, settings.SEALED_ROOT = settings.SEALED_ROOT, tmp_path / "not-mounted"
    for _ in range(2):
        assert checking.check_stored_bids(lot_id=tender.lot.pk) == []
        with pytest.raises(opening.BidsFailed):
            opening.open_bids(lot_id=tender.lot.pk)
        hands.move(GRACE)
    assert "bid.damaged" not in tender.kinds()
    settings.SEALED_ROOT = real
    opening.open_bids(lot_id=tender.lot.pk)
    assert {bid.state for bid in Bid.objects.all()} == {BidState.OPENED}


def test_a_platform_without_file_handles_calls_no_bid_damaged(tender, hands, monkeypatch):
    tender.opened_window(hands)
    real = checking.inspect_bid

    def inspect(path):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        held = os.dup(0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (held, before[1]))
        try:
            return real(path)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            os.close(held)

    monkeypatch.setattr(checking, "inspect_bid", inspect)
    assert checking.check_stored_bids(lot_id=tender.lot.pk) == []
    assert "bid.damaged" not in tender.kinds()
