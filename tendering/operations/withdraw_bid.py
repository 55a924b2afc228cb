"""A bidder takes its bid back before the deadline 撤回 (BL-29): it stays sealed for ever."""

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import Bid, BidState
from tendering.refusals import refuse_if
from tendering.rules import intake

NOT_IN_FORCE = Reason("not_in_force", _("这份投标文件已不在有效状态，不能撤回。"), "BL-29")


def withdraw_bid(*, lot_code: str, bid_digest: str, actor: Actor) -> Bid:
    """Withdraw a bid in force before the deadline; already withdrawn, it changes nothing.

    :raises ActRefused: the deadline has passed, the lot is suspended, or the bid was replaced or superseded
    :raises NotFound: no such bid of this organisation
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        if bid.state == BidState.WITHDRAWN:
            return bid
        reasons = intake.timing_reasons(row.stage, suspended=False, deadline_at=row.deadline_at, now=now)
        refuse_if(reasons + ([] if bid.state == BidState.RECEIVED else [NOT_IN_FORCE]))
        bid.state, bid.ended_at = BidState.WITHDRAWN, now
        bid.save(update_fields=["state", "ended_at"])
        payload = {"bid_digest": bid.bid_digest}
        ledger.append("bid.withdrawn", lot=row.code, at=now, payload=payload, actor=actor)
    return bid
