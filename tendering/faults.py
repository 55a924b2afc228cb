"""Faults of the platform at one bid: logged without what the bid says, tried again, and nobody is blamed.

A step that fails in a way nobody foresaw (a library, the disk, memory) must not keep the lot's other bids from theirs.
"""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.db import Error as DatabaseTrouble

from tendering import bid_queries
from tendering.models import Bid, BidState, Lot

logger = logging.getLogger(__name__)
Found = TypeVar("Found")
SEALED = "it stays sealed and is tried again"
QUIET_SECONDS = 60.0  # between two lines about the same failure; after so long without it, it is new again
_told: dict[tuple[str, str], tuple[float, float]] = {}  # (bid, exception): last seen, last told
_telling = threading.Lock()


class Unforeseen(Exception):
    """Stands for an exception in the log: its type and traceback, never its words, which may quote a sealed price."""


def unless_failed(bid: Bid, step: Callable[[], Found], *, then: str = SEALED) -> Found | None:
    """Return what the step gives, or None where it failed; the step reads and writes files and opens no transaction.

    A failure is logged in full where it is new for the bid, with what comes `then`, afterwards a line a minute at most.

    :raises django.db.Error: trouble with the database is no bid's and ends the run
    """
    try:
        return step()
    except DatabaseTrouble:
        raise
    except Exception as error:  # one bid's failure must not hold up the others
        found = _wordless(error)
        new, due = _news(bid, found)
        if new:
            words = "lot %s: the platform failed at bid %s; %s"
            logger.error(words, bid.lot.code, bid.bid_digest, then, exc_info=found)
        elif due:
            logger.error("lot %s: the platform still fails at bid %s: %s", bid.lot.code, bid.bid_digest, found)
        return None


def _news(bid: Bid, found: Unforeseen) -> tuple[bool, bool]:
    """Return whether a failure was not seen of late, then it is told in full, and whether not told of late; remember.

    In the process: `Bid.fault_at` knows neither which exception it was nor when it was last told, and after a restart,
    often with other code, one should read it in full once more.
    """
    what, now = (bid.bid_digest, str(found)), monotonic()
    with _telling:
        for old in [key for key, (seen, _) in _told.items() if now - seen > QUIET_SECONDS]:
            del _told[old]
        new = what not in _told
        due = new or now - _told[what][1] >= QUIET_SECONDS
        _told[what] = (now, now if due else _told[what][1])
        return new, due


def _wordless(error: BaseException) -> Unforeseen:
    """Return a stand-in with the same traceback and causes."""
    number = f" (errno {error.errno})" if isinstance(error, OSError) and error.errno else ""
    stand_in = Unforeseen(f"{type(error).__module__}.{type(error).__qualname__}{number}")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    stand_in.__cause__ = _wordless(cause) if cause is not None else None
    return stand_in.with_traceback(error.__traceback__)


def faults_of(lot: Lot) -> list[tuple[int, Bid]]:
    """Return the bids at which the platform failed when it last tried, each with its number in the hall, from 1."""
    numbered = enumerate(bid_queries.bids_in_closing_set(lot), 1)
    return [(no, bid) for no, bid in numbered if failed(bid)]


def failed(bid: Bid) -> bool:
    """Whether the bid waits because the platform failed at it."""
    return bid.state == BidState.RECEIVED and bid.fault_at is not None
