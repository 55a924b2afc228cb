"""The tick: once a second every due lot is taken up. Legal effect never waits for it (3.1).

Lots are carried out side by side, so that decrypting a large one does not delay the deadline of another; a lot that is
still being carried out is left alone until it is done.
"""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from django.db import close_old_connections, connection

from evaluation import waiting
from ledger import anchoring, checkpoints, clock
from runtime import health
from tendering import agenda, signed_documents

logger = logging.getLogger(__name__)
PERIOD_SECONDS = 1.0
HOUSEKEEPING_EVERY = 5  # ticks
LOTS_AT_ONCE = 4
CHORES: tuple[Callable[[datetime], object], ...] = (
    waiting.take_up_waiting_readings,
    checkpoints.sign_when_old,
    anchoring.ask_for_anchors,
    signed_documents.ask_for_stamps,
)


class Ticker:
    """Takes up due lots, each in a thread of its own, at most four at once and each at most once at a time."""

    def __init__(self, carry_out: Callable[[int], int] = agenda.carry_out) -> None:
        self._carry_out = carry_out
        self._pool = ThreadPoolExecutor(LOTS_AT_ONCE, thread_name_prefix="lot")
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def take_up(self, lot_ids: list[int]) -> int:
        """Start what is not under way already and return how many were started."""
        with self._lock:
            fresh = [lot_id for lot_id in lot_ids if lot_id not in self._busy]
        for lot_id in fresh:
            with self._lock:
                self._busy.add(lot_id)
            self._pool.submit(self._carry, lot_id)  # where no thread can be started, a later one finds it queued
        return len(fresh)

    def _carry(self, lot_id: int) -> None:
        try:
            self._carry_out(lot_id)
        except Exception:  # nobody asks the pool for it: what is not said here is never said
            logger.exception("lot %s could not be carried out; it stays due", lot_id)
        finally:
            with self._lock:
                self._busy.discard(lot_id)
            connection.close()

    def stop(self) -> None:
        """Wait for what is under way; nothing new is started."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def run(stop: threading.Event) -> None:
    """Tick until `stop` is set; a failing database is waited for, no failure holds up another duty of the tick."""
    ticker, count = Ticker(), 0
    while not stop.is_set():
        _attempt(lambda: ticker.take_up(agenda.due_lot_ids(clock.now())), "lots could not be taken up")
        if count % HOUSEKEEPING_EVERY == 0:
            _attempt(keep_house, "the house could not be kept")
        count += 1
        stop.wait(PERIOD_SECONDS)
    ticker.stop()


def _attempt(duty: Callable[[], object], failure: str) -> None:
    """Do one duty of the tick; where it fails, say so: it comes again, and the clock goes on."""
    try:
        duty()
    except Exception:
        logger.exception("%s; it is tried again", failure)
        close_old_connections()


def keep_house() -> None:
    """Say that the clock works, ask workers for what waits, sign a head a minute while there is traffic."""
    now = clock.now()
    health.beat("clock", pid=os.getpid())
    for chore in CHORES:
        _attempt(partial(chore, now), f"a chore of the clock failed: {chore}")
