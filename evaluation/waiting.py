"""Readings that wait: found by the tick, so that a lost message or a dead worker costs time and nothing else."""

import logging
from datetime import datetime, timedelta

from kombu.exceptions import OperationalError

from evaluation.models import Reading, ReadingState
from evaluation.operations.prepare_readings import prepare_readings
from tendering.models import BidState, Lot

logger = logging.getLogger(__name__)
STALE = timedelta(minutes=20)  # longer than any reading may take
ASKED_AGAIN = timedelta(seconds=60)
STAGES = ("opened", "evaluating")
_asked: dict[int, datetime] = {}


def take_up_waiting_readings(now: datetime) -> int:
    """List files of newly opened bids, free readings whose worker died, and ask workers for what waits.

    Returns how many were asked for. A reading is asked for again only after a minute, so that the queue stays short.
    """
    for lot_id in _unlisted():
        try:
            prepare_readings(lot_id=lot_id)
        except Exception:  # one lot's failure must not hold up the others, nor the clock
            logger.exception("the files of lot %s could not be listed; it is tried again", lot_id)
    Reading.objects.filter(state=ReadingState.READING, started_at__lt=now - STALE).update(state=ReadingState.WAITING)
    waiting = Reading.objects.filter(state=ReadingState.WAITING).order_by("pk").values_list("pk", flat=True)[:200]
    due = [pk for pk in waiting if pk not in _asked or now - _asked[pk] > ASKED_AGAIN]
    for pk in due:
        if not _ask(pk, now):
            return 0
    return len(due)


def _unlisted() -> list[int]:
    lots = Lot.objects.filter(stage__in=STAGES, bids__state=BidState.OPENED, bids__readings__isnull=True)
    return list(lots.values_list("pk", flat=True).distinct()[:20])


def _ask(reading_id: int, now: datetime) -> bool:
    from evaluation.tasks import read_bid

    try:
        read_bid.apply_async(args=[reading_id], retry=False)
    except (OperationalError, OSError) as exc:
        logger.warning("no worker can be asked to read: %s", exc)
        return False
    _asked[reading_id] = now
    return True
