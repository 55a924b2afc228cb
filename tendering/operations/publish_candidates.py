"""Publishing the candidates that the committee recommended, and starting their publicity (BR-54)."""

from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering.models import Candidate, Lot
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.queries import candidates, facts, lock_lot
from tendering.rules.lifecycle import Event
from tendering.rules.periods import publicity_end


@transaction.atomic(durable=True)
def publish_candidates(*, lot_code: str, actor: Actor) -> Lot:
    """Publish the candidates and return the lot; publicity starts now and lasts as the procedure says.

    Being later than BR-54 allows is shown on the desk but stops nothing: a late publication is better than none.

    :raises MoveRefused: no signed report, no candidates, not the purchaser's or agency's
    :raises LostRace: they were just published
    """
    lot, now = lock_lot(code=lot_code)
    move = judge(lot, Event.PUBLISH_CANDIDATES, actor=actor, facts=facts(lot, now))
    ends_at = publicity_end(now, lot.project.procedure)
    carry_out(lot, move, now=now, publicity_starts_at=now, publicity_ends_at=ends_at)
    rows = [as_published(candidate) for candidate in candidates(lot).select_related("bid__opened")]
    data = {"candidates": rows, "publicity_ends": publishing.said(ends_at)}
    title = f"{lot.name}中标候选人公示"
    publishing.publish_notice(lot, "candidates", title, "", now=now, data=data)
    ledger.append("candidates.published", lot=lot.code, at=now, actor=actor, payload=data)
    return lot


def as_published(candidate: Candidate) -> dict[str, Any]:
    """Return what NP-6 publishes of a candidate."""
    opened = getattr(candidate.bid, "opened", None)
    return {
        "rank": candidate.rank,
        "bidder": candidate.bidder.name,
        "uscc": candidate.bidder.uscc,
        "bid_digest": candidate.bid.bid_digest,
        "price_yuan": f"{candidate.price_yuan:.2f}",
        "total": "" if candidate.total is None else str(candidate.total),
        "duration_days": opened.duration_days if opened else None,
        "lead_person": opened.lead_person if opened else "",
        "summary": candidate.summary,
    }
