"""Pieces of one bid worked on by a few threads at once, results in order.

Hashes and ciphers of the suites leave Python's lock while they work on large buffers, so threads use every core. Each
lane owns its buffers, so that memory is bounded by the number of lanes and nothing is copied between threads.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Lane = TypeVar("Lane")
Job = TypeVar("Job")
Result = TypeVar("Result")

_MOST_THREADS = 4
_WORTH_THREADS = 3  # pieces; below that starting threads costs more than it gives


def lanes_for(pieces: int) -> int:
    """Return how many lanes so many pieces are worth: one a processor (at most 4), and one that is being filled."""
    return 1 if pieces < _WORTH_THREADS else min(_MOST_THREADS, os.cpu_count() or 1) + 1


def in_order(
    lanes: Sequence[Lane], feed: Callable[[Lane], Job | None], work: Callable[[Lane, Job], Result]
) -> Generator[Result, None, None]:
    """Yield the results of `work` in the order in which `feed` filled the lanes; each lives until the next is taken.

    `feed` runs in the caller's thread and answers None at the end, `work` in one thread fewer than there are lanes;
    a single lane needs none. What either raises is raised here, once the work under way has ended.
    """
    if len(lanes) == 1:
        yield from _alone(lanes[0], feed, work)
        return
    pool = ThreadPoolExecutor(len(lanes) - 1, "lane")
    try:
        yield from _together(pool, lanes, feed, work)
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(
    lane: Lane, feed: Callable[[Lane], Job | None], work: Callable[[Lane, Job], Result]
) -> Generator[Result, None, None]:
    while (job := feed(lane)) is not None:
        yield work(lane, job)


def _together(
    pool: ThreadPoolExecutor,
    lanes: Sequence[Lane],
    feed: Callable[[Lane], Job | None],
    work: Callable[[Lane, Job], Result],
) -> Generator[Result, None, None]:
    free, flying = deque(lanes), deque[tuple[Lane, Future[Result]]]()
    while (job := feed(free[0])) is not None:
        lane = free.popleft()
        flying.append((lane, pool.submit(work, lane, job)))
        if not free:
            lane, future = flying.popleft()
            yield future.result()
            free.append(lane)
    for _, future in flying:
        yield future.result()
