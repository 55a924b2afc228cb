"""A lot of two envelopes, played on to the window of the second."""

from tendering.models import Bid
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.start_envelope import start_envelope
from tendering.operations.start_opening import start_opening
from tests.sealed import Hands, SealedFile, Tender

ENVELOPES = ("technical", "price")


def price_window(tender: Tender, hands: Hands, *, bidders: int = 3) -> list[tuple[SealedFile, Bid]]:
    """Let so many bid, open the technical envelopes, admit all; return the price envelopes, whose window is open."""
    players, host = tender.cast.bidders[:bidders], tender.cast.centre.actor
    technical, prices = [], []
    for player in players:
        technical.append(tender.bid(player, envelope="technical", price=None))
        prices.append(tender.bid(player, envelope="price"))
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, (file, _) in zip(players, technical, strict=True):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=host)
    open_bids(lot_id=tender.lot.pk)
    admitted = [bid.bid_digest for _, bid in prices]
    start_envelope(lot_code=tender.lot.code, envelope="price", admitted=admitted, actor=host)
    return prices
