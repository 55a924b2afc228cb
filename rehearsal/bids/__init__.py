"""Generated bids: real PDFs, a scanned page, a picture of a licence. Everything in them is invented. No database."""

from rehearsal.bids.offer import Offer, make_offer
from rehearsal.bids.writing import ROLES, write_bid, write_tender_document

__all__ = ["ROLES", "Offer", "make_offer", "write_bid", "write_tender_document"]
