"""A saved copy that is taken in while the bids are decrypted counts: nothing that was accepted is thrown away."""

import pytest

from tendering import sealed_store
from tendering.models import Bid, BidState, EnvelopeOpening, OpenedBid, Opening
from tendering.operations import open_bids as first_module
from tendering.operations import open_envelope as later_module
from tendering.operations.check_stored_bids import check_stored_bids
from tendering.operations.end_envelope import end_envelope
from tendering.operations.end_window import end_window
from tendering.operations.hand_in_copy import hand_in_copy
from tendering.operations.open_bids import NotCollected, open_bids
from tendering.operations.open_envelope import open_envelope
from tendering.operations.start_copy import start_copy
from tendering.operations.store_chunk import store_chunk
from tests.two_envelopes import ENVELOPES, price_window

GRACE = 20  # seconds, of the rehearsal's procedure


def lose(tender, bid):
    """The platform loses the file and knows it."""
    sealed_store.sealed_path(tender.lot.code, bid.bid_digest).unlink()
    check_stored_bids(lot_id=tender.lot.pk)


def hand_in(tender, player, file):
    header, chunks, trailer = file.parts()
    upload = start_copy(lot_code=tender.lot.code, bid_digest=file.digest, header=header, actor=player.actor)
    for number, chunk in enumerate(chunks):
        store_chunk(upload_id=upload.public_id, number=number, chunk=chunk, leaf=file.leaf(chunk), actor=player.actor)
    hand_in_copy(upload_id=upload.public_id, trailer=trailer, actor=player.actor)


def meanwhile(monkeypatch, module, act):
    """Let `act` happen once, after the outcomes were decided and before they are published."""
    real, done = module.outcomes_of, []

    def slow(*args):
        outcomes = real(*args)
        if not done:
            done.append(True)
            act()
        return outcomes

    monkeypatch.setattr(module, "outcomes_of", slow)


def test_a_copy_taken_in_while_the_bids_are_decrypted_is_opened_at_the_next_tick(tender, hands, monkeypatch):
    window = tender.opened_window(hands)
    for player, (file, _) in zip(tender.cast.bidders, window, strict=False):
        tender.bidder_releases(player, file)
    file, bid = window[0]
    lose(tender, bid)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    hands.move(GRACE)
    meanwhile(monkeypatch, first_module, lambda: hand_in(tender, tender.cast.bidders[0], file))
    with pytest.raises(NotCollected):
        open_bids(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    assert Bid.objects.get(pk=bid.pk).state == BidState.RECEIVED
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert OpenedBid.objects.count() == 3
    assert tender.kinds().count("bid.withdrawn_no_blame") == 0


def test_without_a_copy_a_lost_file_is_settled_after_the_grace(tender, hands):
    window = tender.opened_window(hands)
    for player, (file, _) in zip(tender.cast.bidders, window, strict=False):
        tender.bidder_releases(player, file)
    lose(tender, window[0][1])
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    hands.move(GRACE)
    assert open_bids(lot_id=tender.lot.pk).stage == "opened"
    assert Bid.objects.get(pk=window[0][1].pk).state == BidState.WITHDRAWN_NO_BLAME


def test_a_copy_of_a_later_envelope_taken_in_while_it_is_decrypted_is_opened_too(
    cast, hands, tmp_path, settings, monkeypatch
):
    from tests.sealed import make_tender

    for name in ("SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT"):
        setattr(settings, name, tmp_path / "server" / name.lower())
    tender = make_tender(cast, tmp_path, now=hands.at, envelopes=ENVELOPES)
    prices = price_window(tender, hands)
    for player, (file, _) in zip(cast.bidders, prices, strict=False):
        tender.bidder_releases(player, file)
    file, bid = prices[0]
    lose(tender, bid)
    hands.to(EnvelopeOpening.objects.get().window_ends_at)
    end_envelope(lot_id=tender.lot.pk)
    hands.move(GRACE)
    meanwhile(monkeypatch, later_module, lambda: hand_in(tender, cast.bidders[0], file))
    with pytest.raises(NotCollected):
        open_envelope(lot_id=tender.lot.pk)
    assert not OpenedBid.objects.exists()
    open_envelope(lot_id=tender.lot.pk)
    assert OpenedBid.objects.count() == 3
