"""A bidder hands over its share of its own bid's key, in its signed-in session, within the window (EB-30)."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing.header import Header
from sealing.policy import BIDDER
from sealing.shares import Share, check_share
from tendering import bid_queries, draw_queries, queries
from tendering.models import Bid, BidState, Lot, Release
from tendering.refusals import COEFFICIENTS_FIRST, SUSPENDED, refuse_if
from tendering.seal_words import reason_for

WINDOW_CLOSED = Reason("window_closed", _("现在不在解密时间内。"), "EB-31")
NOT_TO_OPEN = Reason("not_to_open", _("这份投标文件不在开启之列。"), "EB-27")


def release_share(*, lot_code: str, bid_digest: str, index: int, share: bytes, actor: Actor) -> Release:
    """Store the bidder's share (32 bytes) once it meets its commitment; again, the first one stands.

    :raises ActRefused: outside the window, suspended, not in the closing set, or the share does not match
    :raises NotFound: no such bid of this organisation
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        released = bid.releases.filter(group=BIDDER, matches=True).first()
        if released is not None and released.share == share.hex():
            return released
        refuse_if(_reasons(row, bid, now))
        header = bid_queries.header_on_record(bid)
        handed = _share(header, bid, index=index, share=share)
        refuse_if([reason_for(reason.check) for reason in check_share(header, bid.bid_digest, handed)])
        return _stored(row, bid, handed, actor=actor, now=now)


def _reasons(lot: Lot, bid: Bid, now: datetime) -> list[Reason]:
    reasons = []
    if not bid_queries.shares_taken(lot, bid, now):
        reasons.append(WINDOW_CLOSED)
    if lot.suspended_at is not None:
        reasons.append(SUSPENDED)
    if not bid.in_closing_set or bid.state != BidState.RECEIVED:
        reasons.append(NOT_TO_OPEN)
    if draw_queries.coefficients_pending(lot):
        reasons.append(COEFFICIENTS_FIRST)
    return reasons


def _share(header: Header, bid: Bid, *, index: int, share: bytes) -> Share:
    """Return the share in the bidder's own seat; a policy without that group has no such seat and is refused later."""
    kid = next((seat.kid for seat in header.commitments if (seat.group, seat.index) == (BIDDER, index)), "")
    return Share(bid.bid_digest, header.core.hex(), kid, BIDDER, index, share)


def _stored(lot: Lot, bid: Bid, share: Share, *, actor: Actor, now: datetime) -> Release:
    release = Release.objects.create(
        bid=bid,
        group=share.group,
        index=share.index,
        kid=share.kid,
        share=share.share.hex(),
        matches=True,
        received_at=now,
    )
    # The share itself stays out of the ledger: a body that becomes public must not hand out a key.
    payload = {"bid_digest": bid.bid_digest, "group": share.group, "index": share.index, "kid": share.kid}
    ledger.append("share.released", lot=lot.code, at=now, payload=payload, actor=actor)
    return release
