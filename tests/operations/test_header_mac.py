"""The header MAC of a stored bid is altered, which only its key could tell: damage by the platform, not the bidder."""

import pytest

from sealing.layout import read_layout
from tendering import opened_contents, sealed_store
from tendering.models import Bid, BidState, OpenedBid
from tendering.operations.check_stored_bids import check_stored_bids
from tendering.operations.close_lot import close_lot
from tendering.operations.complete_bid import complete_bid
from tendering.operations.end_window import end_window
from tendering.operations.hand_in_copy import hand_in_copy
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.start_copy import start_copy
from tendering.operations.start_opening import start_opening
from tendering.operations.store_chunk import store_chunk
from tendering.refusals import ActRefused
from tests.mac import altered, flip_header_mac


@pytest.fixture
def window(tender, hands):
    """Three bids in an opening's window, all released by their bidders."""
    made = tender.opened_window(hands)
    for player, (file, _) in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, file)
    return made


def stored(tender, bid):
    return sealed_store.sealed_path(tender.lot.code, bid.bid_digest)


def copied(tender, file, bid):
    """The bidder's upload of its saved copy, but for the trailer."""
    actor, (header, chunks, _) = tender.cast.bidders[0].actor, file.parts()
    upload = start_copy(lot_code=tender.lot.code, bid_digest=bid.bid_digest, header=header, actor=actor)
    store_chunk(upload_id=upload.public_id, number=0, chunk=chunks[0], leaf=file.leaf(chunks[0]), actor=actor)
    return upload


def end(tender):
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)


def test_it_is_found_as_damage_and_the_saved_copy_opens(tender, window):
    file, bid = window[0]
    actor, data = tender.cast.bidders[0].actor, stored(tender, bid).read_bytes()
    trailer = flip_header_mac(stored(tender, bid))
    assert [found.pk for found in check_stored_bids(lot_id=tender.lot.pk)] == [bid.pk]
    assert "bid.damaged" in tender.kinds()
    upload = copied(tender, file, bid)
    with pytest.raises(ActRefused) as refused:  # the damaged trailer is no copy of the receipted bid
        hand_in_copy(
            upload_id=upload.public_id,
            trailer=altered(trailer, read_layout(file.path).trailer.header_mac.hex()),
            actor=actor,
        )
    assert refused.value.codes == {"other_bid"}
    assert hand_in_copy(upload_id=upload.public_id, trailer=trailer, actor=actor).damaged_at is None
    assert stored(tender, bid).read_bytes() == data
    end(tender)
    open_bids(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3


def test_found_at_the_last_moment_a_copy_is_asked_for_and_nobody_is_blamed(tender, hands, window):
    bid = window[0][1]
    end(tender)
    flip_header_mac(stored(tender, bid))
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(pk=bid.pk).damaged_at is not None
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    ended = Bid.objects.get(pk=bid.pk)
    assert (ended.state, ended.end_reason) == (BidState.WITHDRAWN_NO_BLAME, "digest")


def test_altered_between_the_look_at_the_file_and_its_opening_nobody_is_blamed(tender, hands, window, monkeypatch):
    bid, real = window[0][1], opened_contents.open_bid

    def late(path, shares, out, **how):
        if path == stored(tender, bid):
            flip_header_mac(path)
        return real(path, shares, out, **how)

    monkeypatch.setattr(opened_contents, "open_bid", late)
    end(tender)
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    hands.move(20)
    open_bids(lot_id=tender.lot.pk)
    assert Bid.objects.get(pk=bid.pk).state == BidState.WITHDRAWN_NO_BLAME


def test_a_bidder_that_sealed_a_wrong_one_itself_is_blamed(tender, hands):
    """Nobody leaves without blame by a MAC that was wrong when it came: the receipt names it."""
    bidder = tender.cast.bidders[0]
    file = tender.seal(bidder)
    upload = tender.send(bidder, file)
    wrong = altered(file.parts()[2], read_layout(file.path).trailer.header_mac.hex())
    bid = complete_bid(upload_id=upload.public_id, trailer=wrong, actor=bidder.actor)
    files = [file] + [tender.bid(player)[0] for player in tender.cast.bidders[1:3]]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, one in zip(tender.cast.bidders, files, strict=False):
        tender.bidder_releases(player, one)
    assert check_stored_bids(lot_id=tender.lot.pk) == []
    end(tender)
    open_bids(lot_id=tender.lot.pk)
    ended = Bid.objects.get(pk=bid.pk)
    assert (ended.state, ended.end_reason) == (BidState.REVOKED, "header_mac")
