"""How every opening writes down what became of its bids; opens no transaction."""

from collections.abc import Iterable
from datetime import datetime

import ledger
from identity.actor import CLOCK
from tendering.models import Bid, BidState, Lot, OpenedBid, OpenedEnvelope
from tendering.opened_contents import Letter, Outcome

ENTRIES = {
    BidState.OPENED: "bid.opened",
    BidState.REVOKED: "bid.revoked",
    BidState.WITHDRAWN_NO_BLAME: "bid.withdrawn_no_blame",
}


def settle(lot: Lot, outcomes: Iterable[Outcome], now: datetime) -> None:
    """Write each bid's end and what it said, and append one entry a bid."""
    for outcome in outcomes:
        ended = {"state": outcome.state, "end_reason": outcome.check, "ended_at": now, "fault_at": None}
        Bid.objects.filter(pk=outcome.bid.pk).update(**ended)
        if outcome.letter is not None:
            _keep(lot, outcome, outcome.letter, now)
        ledger.append(ENTRIES[outcome.state], lot=lot.code, at=now, payload=_payload(outcome), actor=CLOCK)


def _keep(lot: Lot, outcome: Outcome, letter: Letter, now: datetime) -> None:
    said = {"bid": outcome.bid, "opened_by": outcome.opened_by, "manifest": letter.manifest, "opened_at": now}
    if letter.price_yuan is None:
        OpenedEnvelope.objects.create(**said)
        return
    ceiling = lot.ceiling_yuan
    OpenedBid.objects.create(
        **said,
        price_yuan=letter.price_yuan,
        price_kind=letter.price_kind,
        duration_days=letter.duration_days,
        lead_person=letter.lead_person,
        over_ceiling=ceiling is not None and letter.price_kind == "total" and letter.price_yuan > ceiling,
    )


def _payload(outcome: Outcome) -> dict[str, object]:
    payload: dict[str, object] = {"bid_digest": outcome.bid.bid_digest, "bidder": outcome.bid.bidder.uscc}
    if outcome.bid.envelope != "whole":
        payload["envelope"] = outcome.bid.envelope
    if outcome.letter is None:
        return payload | {"check": outcome.check}
    payload |= {"opened_by": outcome.opened_by, "manifest_sha256": outcome.letter.manifest_sha256}
    if outcome.letter.price_yuan is not None:
        payload |= {"price_yuan": outcome.letter.price_yuan, "price_kind": outcome.letter.price_kind}
    return payload
