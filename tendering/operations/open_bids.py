"""All bids of a lot are opened together: collect before publish (design 4.3, EB-30, EB-31).

Three steps, each resumable after kill -9: decide in one transaction that no share is taken any more; combine every key
and check it against its commitment before the first bid is decrypted, then decrypt into folders that appear whole;
publish all names and prices, or why a bid stays shut, in one transaction. A bid at which the platform itself fails
keeps the lot waiting, never the other bids from being decrypted.
"""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import CLOCK
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from tendering import bid_queries, envelopes, queries
from tendering.bid_queries import Collection
from tendering.faults import failed
from tendering.models import Bid, BidState, Lot, Opening
from tendering.opened_contents import Outcome, outcomes_of
from tendering.operations import moving
from tendering.operations.settling import settle
from tendering.refusals import SUSPENDED, LostRace, refuse_if
from tendering.rules.facts import Facts
from tendering.rules.lifecycle import Event, Stage

WAITING = _("还有 {missing} 份投标文件在等待密钥份额或副本。")
FAULT = _("{count} 份投标文件因平台故障暂时无法开启，将自动重试。")
NONE_OPENED = _("没有一份投标文件能够解密，依法流标。")


class NotCollected(Refused):
    """Shares, or the copy of a damaged file, may still come; the clock asks again."""

    def __init__(self, missing: int) -> None:
        super().__init__([Reason("not_collected", WAITING, "EB-31", {"missing": str(missing)})])


class BidsFailed(Refused):
    """The platform itself failed at some bids, as the log says; nothing is published, the clock tries again."""

    def __init__(self, count: int) -> None:
        super().__init__([Reason("platform_fault", FAULT, values={"count": str(count)})])


def open_bids(*, lot_id: int) -> Lot:
    """Open the lot's closing set and move it to `opened`, or to `failed` where not one bid opens.

    :raises NotCollected: the window or the custodians' grace still runs and something is missing, or a copy came while
        the bids were decrypted
    :raises BidsFailed: the platform itself failed at a bid
    :raises LostRace: another worker published first
    :raises ActRefused: the lot is suspended
    """
    try:
        lot, may_wait = _collect(lot_id)
    except NotCollected:
        try_failed_again(lot_id)
        raise
    outcomes = outcomes_of(lot, bid_queries.collection(lot))
    wait_for_all(lot_id, outcomes, may_wait=may_wait)
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


def wait_for_all(lot_id: int, outcomes: list[Outcome], *, may_wait: bool) -> None:
    """Return when every bid has an end; otherwise write down what is waited for.

    :raises BidsFailed: the platform itself failed at a bid
    :raises NotCollected: a file is damaged and its copy may still come
    """
    damaged = [outcome.bid for outcome in outcomes if outcome.damaged and may_wait]
    unsettled = [outcome.bid for outcome in outcomes if outcome.unsettled]
    if not damaged and not unsettled:
        return
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        _mark_damaged(lot, damaged, now)
        _mark_failed(lot, unsettled, now)
    raise BidsFailed(len(unsettled)) if unsettled else NotCollected(len(damaged))


def try_failed_again(lot_id: int) -> None:
    """Find out whether faults are over while something else is waited for: they would be told on until that comes.

    A bid has a fault only since its envelope was collected, so that nothing is decrypted here before its time.
    """
    lot = Lot.objects.get(pk=lot_id)
    later = envelopes.running(lot)
    collected = bid_queries.collection(lot, later.envelope if later is not None else "")
    rows = tuple(row for row in collected.rows if failed(row.bid))
    if not rows:
        return
    outcomes = outcomes_of(lot, Collection(rows))
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        _mark_damaged(lot, [outcome.bid for outcome in outcomes if outcome.damaged], now)
        _mark_failed(lot, [outcome.bid for outcome in outcomes if outcome.unsettled], now)


def _mark_damaged(lot: Lot, damaged: list[Bid], now: datetime) -> None:
    """Ask for copies of files that were found damaged only now."""
    for bid in damaged:
        if Bid.objects.filter(pk=bid.pk, state=BidState.RECEIVED, damaged_at=None).update(damaged_at=now):
            payload = {"bid_digest": bid.bid_digest}
            ledger.append("bid.damaged", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def _mark_failed(lot: Lot, bids: list[Bid], now: datetime) -> None:
    """Let the hall and the centre see at which bids the platform failed this time, and since when."""
    standing = Bid.objects.filter(lot=lot, state=BidState.RECEIVED)
    names = [bid.pk for bid in bids]
    standing.filter(pk__in=names, fault_at=None).update(fault_at=now)
    standing.exclude(pk__in=names).update(fault_at=None)


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
