"""The envelopes of a lot: which ones its parameters foresee, in which order, and whose window is open now. No clock.

The order is that of the signed parameters. The first envelope is opened at the opening; each later one when the one
before it is finished and the host starts it for the bidders that were admitted (3.3: price only for those who pass).
"""

from collections.abc import Sequence

from django.db.models import Count, QuerySet

from tendering import queries
from tendering.dates import opening_of
from tendering.models import Bid, BidState, EnvelopeOpening, Lot, Opening
from tendering.rules.lifecycle import Stage

PRICED = frozenset({"whole", "price"})
LATER_STAGES = frozenset({Stage.OPENED.value, Stage.EVALUATING.value})


def envelopes_of(lot: Lot) -> Sequence[str]:
    """Return the lot's envelopes in the order in which they are opened. :raises NotFound: before the announcement"""
    found: list[str] = queries.parameters_in_force(lot).statement["body"]["envelopes"]
    return found


def priced(envelope: str) -> bool:
    """Whether the letter of this envelope must name a price."""
    return envelope in PRICED


def running(lot: Lot) -> EnvelopeOpening | None:
    """Return the later envelope that is being opened now, or None."""
    if lot.stage not in LATER_STAGES:
        return None
    return EnvelopeOpening.objects.filter(lot=lot, finished_at=None).first()


def window_of(lot: Lot, envelope: str) -> Opening | EnvelopeOpening | None:
    """Return the opening in which shares of this envelope may come in now, or None while it is not due or over."""
    if lot.stage == Stage.OPENING:
        return opening_of(lot) if envelope == envelopes_of(lot)[0] else None
    later = running(lot)
    return later if later is not None and later.envelope == envelope else None


def next_envelope(lot: Lot) -> str:
    """Return the envelope to be opened after those that were; "" when there is none."""
    begun = set(lot.envelope_openings.values_list("envelope", flat=True))
    return next((name for name in envelopes_of(lot)[1:] if name not in begun), "")


def incomplete(lot: Lot) -> QuerySet[Bid]:
    """Return the bids in force of bidders who did not hand in every envelope: they count as withdrawn (EB-27)."""
    standing = Bid.objects.filter(lot=lot, state=BidState.RECEIVED)
    counted = standing.values("bidder").annotate(handed_in=Count("envelope", distinct=True))
    short = counted.filter(handed_in__lt=len(envelopes_of(lot)))
    return standing.filter(bidder__in=short.values("bidder"))
