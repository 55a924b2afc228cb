"""Publishing the result: the purchaser determines the winner among the candidates, after publicity (BR-55).

Never by the clock: the law makes it the purchaser's decision. Where rank 1 is passed over, the reason is recorded.
"""

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Award, Candidate, Lot
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.operations.publish_candidates import as_published
from tendering.queries import candidates, facts, lock_lot
from tendering.rules.lifecycle import Event

NOT_A_CANDIDATE = Reason("not_a_candidate", _("中标人必须是已公示的中标候选人。"), "BL-40")
STEP_DOWN = Reason(
    "step_down_reason", _("不确定第一名为中标人的，必须写明理由（放弃、不能履约或被查实违法）。"), "BR-55"
)


@transaction.atomic(durable=True)
def publish_result(*, lot_code: str, actor: Actor, bid_digest: str, reason: str = "") -> Award:
    """Determine the winner, publish the result and return the award (its notice is issued separately).

    `reason` is needed when the winner is not of rank 1; among unranked candidates always.

    :raises MoveRefused: with every reason: publicity still runs, objections open, not a candidate, reason missing
    :raises LostRace: the result was just published
    """
    lot, now = lock_lot(code=lot_code)
    published = {c.bid.bid_digest: c for c in candidates(lot).select_related("bid__opened")}
    winner = published.get(bid_digest)
    known = facts(lot, now, winner_determined=True)  # what is wrong with the choice is told in detail
    move = judge(lot, Event.PUBLISH_RESULT, actor=actor, facts=known, also=_reasons(winner, reason))
    assert winner is not None  # one of the reasons above
    carry_out(lot, move, now=now, result_published_at=now)
    award = Award.objects.create(
        lot=lot,
        bid=winner.bid,
        winner=winner.bidder,
        price_yuan=winner.price_yuan,
        reason=reason.strip(),
        determined_at=now,
    )
    data = _data(lot, winner, reason.strip())
    publishing.publish_notice(lot, "result", f"{lot.name}中标结果公告", reason.strip(), now=now, data=data)
    ledger.append("result.published", lot=lot.code, at=now, actor=actor, payload=data)
    return award


def _reasons(winner: Candidate | None, reason: str) -> list[Reason]:
    if winner is None:
        return [NOT_A_CANDIDATE]
    return [STEP_DOWN] if winner.rank != 1 and not reason.strip() else []


def _data(lot: Lot, winner: Candidate, reason: str) -> dict[str, object]:
    return {"winner": as_published(winner), "reason": reason, "lot": lot.code}
