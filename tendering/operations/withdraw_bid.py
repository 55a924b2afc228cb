"""A bidder takes its bid back before the deadline 撤回 (BL-29): it stays sealed for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.withdrawals import name_of, verify_withdrawal
from suites import Refused as SealRefused
from suites.base64_text import to_base64
from suites.certificates import load
from tendering import bid_queries, queries
from tendering.models import Bid, BidState
from tendering.refusals import refuse_if
from tendering.rules import intake
from tendering.seal_words import reason_for

NOT_IN_FORCE = Reason("not_in_force", _("这份投标文件已不在有效状态，不能撤回。"), "BL-29")
EXPIRED = Reason("validity", _("签名证书现在不在有效期内。"), "EB-26")
OTHER_SUITE = _("撤回声明须用 {suite} 套件的证书签名，与本标段一致；请用离线客户端签署。")
_OWN = {  # a seal's check → in the words of who withdraws
    "statement": Reason("statement", _("没有投标人签名的撤回声明，或声明写的不是这份投标。"), "BL-29"),
    "validity": EXPIRED,
}


def withdraw_bid(*, lot_code: str, bid_digest: str, statement: Mapping[str, Any], actor: Actor) -> Bid:
    """Withdraw a bid in force before the deadline; already withdrawn, it changes nothing.

    `statement` is the bidder's `bid.withdrawal`, signed with any of its certificates that stands now: the log names it,
    so that the platform cannot withdraw a bid that its bidder did not. A lot that is suspended lets bids go.

    :raises ActRefused: the deadline has passed, the bid was replaced or superseded, or the statement is not its
        bidder's; every reason
    :raises NotFound: no such bid of this organisation
    """
    bid = bid_queries.own_bid(queries.lot_by_code(lot_code), bid_digest, actor)
    chain, found = _judged(bid, statement)  # others wait for the lot's row: nothing is verified while it is held
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        if bid.state == BidState.WITHDRAWN:
            return bid
        reasons = intake.timing_reasons(row.stage, suspended=False, deadline_at=row.deadline_at, now=now)
        reasons += [] if bid.state == BidState.RECEIVED else [NOT_IN_FORCE]
        refuse_if(reasons + found + _standing_reasons(chain, actor, now))
        bid.state, bid.ended_at, bid.withdrawal = BidState.WITHDRAWN, now, dict(statement)
        bid.save(update_fields=["state", "ended_at", "withdrawal"])
        payload = {"bid_digest": bid.bid_digest, "statement_sha256": name_of(statement)}
        ledger.append("bid.withdrawn", lot=row.code, at=now, payload=payload, actor=actor)
    return bid


def _judged(bid: Bid, statement: Mapping[str, Any]) -> tuple[tuple[bytes, ...], list[Reason]]:
    """Return the certificates of a statement that is the bidder's withdrawal of this bid, else why it is not."""
    suite = bid.lot.suite
    if statement and statement.get("suite") != suite:
        return (), [Reason("statement_suite", OTHER_SUITE, "EB-26", {"suite": suite})]
    wanted = {"lot": bid.lot.code, "bid_digest": bid.bid_digest, "suite": suite, "bidder": bid.bidder.uscc}
    try:
        verified = verify_withdrawal(dict(statement), **wanted, roots=bid_queries.trust_roots(), at=clock.now())
    except SealRefused as refused:
        return (), [_OWN.get(check) or reason_for(check) for check in dict.fromkeys(refused.checks)]
    return verified.certificates, []


def _standing_reasons(chain: tuple[bytes, ...], actor: Actor, now: datetime) -> list[Reason]:
    """Return why the certificates do not stand at the very instant of the withdrawal, though they did just before."""
    if not chain:
        return []
    expired = [EXPIRED] if any(load(der).not_valid_after_utc < now for der in chain) else []
    return expired + bid_queries.certificate_reasons(to_base64(chain[0]), actor)
