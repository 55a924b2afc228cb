"""All bids of a lot are opened together: collect before publish (design 4.3, EB-30, EB-31).

Three steps, each resumable after kill -9: decide in one transaction that no share is taken any more; combine every key
and check it against its commitment before the first bid is decrypted, then decrypt into folders that appear whole;
publish all names and prices, or why a bid stays shut, in one transaction.
"""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import CLOCK
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import Bid, BidState, Lot, Opening
from tendering.opened_contents import Outcome, outcomes_of
from tendering.operations import moving
from tendering.operations.settling import settle
from tendering.refusals import SUSPENDED, LostRace, refuse_if
from tendering.rules.facts import Facts
from tendering.rules.lifecycle import Event, Stage

WAITING = _("还有 {missing} 份投标文件在等待密钥份额或副本。")
NONE_OPENED = _("没有一份投标文件能够解密，依法流标。")


class NotCollected(Refused):
    """Shares, or the copy of a damaged file, may still come; the clock asks again."""

    def __init__(self, missing: int) -> None:
        super().__init__([Reason("not_collected", WAITING, "EB-31", {"missing": str(missing)})])


def open_bids(*, lot_id: int) -> Lot:
    """Open the lot's closing set and move it to `opened`, or to `failed` where not one bid opens.

    :raises NotCollected: the window or the custodians' grace still runs and something is missing, or a copy came while
        the bids were decrypted
    :raises LostRace: another worker published first
    :raises ActRefused: the lot is suspended
    """
    lot, may_wait = _collect(lot_id)
    outcomes = outcomes_of(lot, bid_queries.collection(lot))
    damaged = [outcome.bid for outcome in outcomes if outcome.damaged]
    if damaged and may_wait:
        mark_damaged(lot_id, damaged)
        raise NotCollected(len(damaged))
    return _publish(lot_id, outcomes)


def _collect(lot_id: int) -> tuple[Lot, bool]:
    """Decide that no share is taken any more; return the lot, and whether a damaged file may still be waited for."""
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        if lot.stage != Stage.OPENING:
            raise LostRace(lot.code)
        refuse_if([SUSPENDED] if lot.suspended_at is not None else [])
        opening = bid_queries.opening_of(lot)
        ends_at = bid_queries.grace_ends_at(lot, opening, now)
        may_wait = ends_at is None or now < ends_at
        missing = bid_queries.collection(lot).missing
        if ends_at is None or (may_wait and missing):
            raise NotCollected(len(missing))
        Opening.objects.filter(pk=opening.pk, collected_at=None).update(collected_at=now)
    return lot, may_wait


def mark_damaged(lot_id: int, damaged: list[Bid]) -> None:
    """Ask for copies of files that were found damaged only now."""
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        for bid in damaged:
            if Bid.objects.filter(pk=bid.pk, state=BidState.RECEIVED, damaged_at=None).update(damaged_at=now):
                payload = {"bid_digest": bid.bid_digest}
                ledger.append("bid.damaged", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def look_for_copies(outcomes: list[Outcome]) -> None:
    """EB-31: a copy that was taken in while bids were decrypted counts; the next tick opens it. The lot is locked.

    :raises NotCollected: a file that was known to be damaged when the outcomes were decided is whole again
    """
    harmed = [outcome.bid.pk for outcome in outcomes if outcome.damaged and outcome.bid.damaged_at is not None]
    if restored := Bid.objects.filter(pk__in=harmed, damaged_at=None).count():
        raise NotCollected(restored)


def _publish(lot_id: int, outcomes: list[Outcome]) -> Lot:
    """Write the lot's move and every bid's end and price together; append one entry a bid, then the opening's end."""
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        if lot.stage != Stage.OPENING:
            raise LostRace(lot.code)
        look_for_copies(outcomes)
        opening = bid_queries.opening_of(lot)
        opened = sum(outcome.state == BidState.OPENED for outcome in outcomes)
        facts = Facts(
            now=now,
            suspended=lot.suspended_at is not None,
            window_ends_at=opening.ended_at,
            all_bids_resolved=True,
            opened_bid_count=opened,
        )
        event = Event.FINISH_OPENING if opened else Event.FAIL
        move = moving.judge(lot, event, actor=CLOCK, facts=facts)
        columns = {"opened_at": now} if opened else {"failed_reason": NONE_OPENED}
        moving.carry_out(lot, move, now=now, **columns)
        settle(lot, outcomes, now)
        _announce(lot, outcomes, opened=opened, now=now)
    return lot


def _announce(lot: Lot, outcomes: list[Outcome], *, opened: int, now: datetime) -> None:
    payload: dict[str, object] = {"opened": opened, "not_opened": len(outcomes) - opened}
    ledger.append("opening.finished", lot=lot.code, at=now, payload=payload, actor=CLOCK)
    if not opened:
        payload = {"law": "EB-31", "reason": NONE_OPENED}
        ledger.append("lot.failed", lot=lot.code, at=now, payload=payload, actor=CLOCK)
