"""A bidder that cannot release its share asks the custodians to open its bid before the window ends (EB-31)."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, draw_queries, queries
from tendering.models import Bid, BidState, Lot, RescueRequest
from tendering.refusals import COEFFICIENTS_FIRST, SUSPENDED, refuse_if

NO_CUSTODIANS = Reason("no_custodians", _("本标段的开启方式没有约定由密钥托管方补救。"), "EB-31")
WINDOW_CLOSED = Reason("window_closed", _("现在不在解密时间内。"), "EB-31")
ALREADY_RELEASED = Reason("already_released", _("贵单位已提交解密份额，无须补救。"), "EB-31")


def ask_rescue(*, lot_code: str, bid_digest: str, reason: str, actor: Actor) -> RescueRequest:
    """Ask for the custodians' shares; again, the first request stands.

    :raises ActRefused: outside the window, suspended, released already, or the policy foresees no rescue
    :raises NotFound: no such bid of this organisation
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        asked = RescueRequest.objects.filter(bid=bid).first()
        if asked is not None:
            return asked
        refuse_if(_reasons(row, bid, now))
        asked = RescueRequest.objects.create(bid=bid, reason=reason[:2000], asked_by=actor.login, asked_at=now)
        payload = {"bid_digest": bid.bid_digest}
        ledger.append("opening.rescue_asked", lot=row.code, at=now, payload=payload, actor=actor)
    return asked


def _reasons(lot: Lot, bid: Bid, now: datetime) -> list[Reason]:
    to_open = bid.in_closing_set and bid.state == BidState.RECEIVED
    checks = (
        (lot.policy != "bidder-or-custodians", NO_CUSTODIANS),
        (not to_open or not bid_queries.shares_taken(lot, bid, now), WINDOW_CLOSED),
        (lot.suspended_at is not None, SUSPENDED),
        (draw_queries.coefficients_pending(lot), COEFFICIENTS_FIRST),
        (bid.releases.filter(group="bidder", matches=True).exists(), ALREADY_RELEASED),
    )
    return [reason for failed, reason in checks if failed]
