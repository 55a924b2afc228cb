"""The tick: once a second every due lot is taken up. Legal effect never waits for it (3.1).

Lots are carried out side by side, so that decrypting a large one does not delay the deadline of another; a lot that is
still being carried out is left alone until it is done.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import close_old_connections, connection

from evaluation import waiting
from ledger import anchoring, checkpoints, clock
from runtime import health
from tendering import agenda, kept_contents, signed_documents

logger = logging.getLogger(__name__)
PERIOD_SECONDS = 1.0
HOUSEKEEPING_EVERY = 5  # ticks
LOTS_AT_ONCE = 4
CHORES: tuple[Callable[[datetime], object], ...] = (
    waiting.take_up_waiting_readings,
    checkpoints.sign_when_old,
    anchoring.ask_for_anchors,
    signed_documents.ask_for_stamps,
    kept_contents.ask_to_keep,
)


class Ticker:
    """Takes up due lots, each in a thread of its own, at most four at once and each at most once at a time.

    No `ThreadPoolExecutor`: what it queued while no thread could be started is found by nobody, or carried out twice.
    """

    def __init__(self, carry_out: Callable[[int], int] = agenda.carry_out) -> None:
        self._carry_out = carry_out
        self._queue: deque[int] = deque()
        self._busy: set[int] = set()  # queued or under way
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def take_up(self, lot_ids: list[int]) -> int:
        """Start or queue what is not under way already and return how many are new.

        :raises RuntimeError: a thread cannot be started; what is queued waits for a running one or for the next call
        """
        with self._lock:
            fresh = [lot_id for lot_id in lot_ids if lot_id not in self._busy]
            self._busy.update(fresh)
            self._queue.extend(fresh)
            more = min(len(self._queue), LOTS_AT_ONCE - len(self._threads))
        for _ in range(more):
            self._start_thread()
        return len(fresh)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name="lot")
        with self._lock:
            self._threads.add(thread)
        try:
            thread.start()
        except Exception:
            with self._lock:
                self._threads.discard(thread)
            raise

    def _work(self) -> None:
        while (lot_id := self._next()) is not None:
            self._carry(lot_id)

    def _next(self) -> int | None:
        """Return the next queued lot; where there is none the thread is gone at once, so that no lot counts on it."""
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            self._threads.discard(threading.current_thread())
            return None

    def _carry(self, lot_id: int) -> None:
        try:
            self._carry_out(lot_id)
        except Exception:  # nobody waits for the thread: what is not said here is never said
            logger.exception("lot %s could not be carried out; it stays due", lot_id)
        finally:
            with self._lock:
                self._busy.discard(lot_id)
            connection.close()

    def stop(self) -> None:
        """Wait for what is under way; nothing new is started."""
        with self._lock:
            self._queue.clear()
            threads = list(self._threads)
        for thread in threads:
            thread.join()


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
