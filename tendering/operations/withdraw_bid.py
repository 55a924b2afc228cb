"""A bidder takes its bid back before the deadline 撤回 (BL-29): it stays sealed for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing.withdrawals import name_of, verify_withdrawal
from suites import Refused as SealRefused
from suites.base64_text import to_base64
from tendering import bid_queries, queries
from tendering.models import Bid, BidState
from tendering.refusals import refuse_if
from tendering.rules import intake
from tendering.seal_words import reason_for

NOT_IN_FORCE = Reason("not_in_force", _("这份投标文件已不在有效状态，不能撤回。"), "BL-29")
_OWN = {  # a seal's check → in the words of who withdraws
    "statement": Reason("statement", _("没有投标人签名的撤回声明，或声明写的不是这份投标。"), "BL-29"),
    "validity": Reason("validity", _("签名证书现在不在有效期内。"), "EB-26"),
}


def withdraw_bid(*, lot_code: str, bid_digest: str, statement: Mapping[str, Any], actor: Actor) -> Bid:
    """Withdraw a bid in force before the deadline; already withdrawn, it changes nothing.

    `statement` is the bidder's `bid.withdrawal`, signed with any of its certificates that stands now: the log names it,
    so that the platform cannot withdraw a bid that its bidder did not.

    :raises ActRefused: the deadline has passed, the lot is suspended, the bid was replaced or superseded, or the
        statement is not its bidder's; every reason
    :raises NotFound: no such bid of this organisation
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        if bid.state == BidState.WITHDRAWN:
            return bid
        reasons = intake.timing_reasons(row.stage, suspended=False, deadline_at=row.deadline_at, now=now)
        reasons += [] if bid.state == BidState.RECEIVED else [NOT_IN_FORCE]
        refuse_if(reasons + _statement_reasons(bid, statement, actor, now))
        bid.state, bid.ended_at, bid.withdrawal = BidState.WITHDRAWN, now, dict(statement)
        bid.save(update_fields=["state", "ended_at", "withdrawal"])
        payload = {"bid_digest": bid.bid_digest, "statement_sha256": name_of(statement)}
        ledger.append("bid.withdrawn", lot=row.code, at=now, payload=payload, actor=actor)
    return bid


def _statement_reasons(bid: Bid, statement: Mapping[str, Any], actor: Actor, now: datetime) -> list[Reason]:
    """Return why the statement is not the bidder's withdrawal of this bid."""
    try:
        verified = verify_withdrawal(
            dict(statement),
            lot=bid.lot.code,
            bid_digest=bid.bid_digest,
            suite=bid.lot.suite,
            bidder=bid.bidder.uscc,
            roots=bid_queries.trust_roots(),
            at=now,
        )
    except SealRefused as refused:
        return [_OWN.get(check) or reason_for(check) for check in dict.fromkeys(refused.checks)]
    return bid_queries.certificate_reasons(to_base64(verified.certificates[0]), actor)
