"""The hub: one channel-layer subscription per process, and local fan-out of one serialised frame to every watcher.

A group per watcher made each act cost one delivery per watcher through the broker; here the broker carries one short
wake per act and process, and the frame is read, rendered and serialised once.
"""

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError
from redis.exceptions import RedisError

from opening_hall.state import hall_state

logger = logging.getLogger(__name__)
WAKE_GROUP = "hall.wake"
LEAST_PAUSE = 0.1  # seconds between two frames of one lot: a rush of acts becomes one frame
LONGEST_SILENCE = 2.0  # seconds after which frames are read even without a wake: a lost wake delays, loses nothing


class Watcher(Protocol):
    """Something that takes a serialised frame."""

    async def send_frame(self, frame: str) -> None: ...


class Hub:
    """The watchers of this process, by lot, and the task that serves them while there are any."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._last: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    async def join(self, lot: str, watcher: Watcher) -> None:
        """Add a watcher and send it the present state at once."""
        self._watchers[lot].add(watcher)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve())
        await watcher.send_frame(await _frame(lot, len(self._watchers[lot])))
        self._woken.set()  # the others see that one more watches

    def leave(self, lot: str, watcher: Watcher) -> None:
        """Remove a watcher; the task ends with the last one."""
        self._watchers[lot].discard(watcher)
        if not self._watchers[lot]:
            del self._watchers[lot]
            self._last.pop(lot, None)
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _serve(self) -> None:
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LONGEST_SILENCE)
                self._woken.clear()
                await self._send_all()
                await asyncio.sleep(LEAST_PAUSE)
        finally:
            listener.cancel()

    async def _listen(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(WAKE_GROUP, channel)
                while True:
                    await layer.receive(channel)
                    self._woken.set()
            except (OSError, RuntimeError, RedisError) as exc:  # the broker went away: the timed reading goes on
                logger.warning("the hall's wake channel was lost: %s", exc)
                await asyncio.sleep(1)

    async def _send_all(self) -> None:
        for lot in list(self._watchers):
            try:
                frame = await _frame(lot, len(self._watchers.get(lot, ())))
            except DatabaseError:
                logger.exception("the hall's state could not be read")
                continue
            if _without_time(frame) == self._last.get(lot):
                continue
            self._last[lot] = _without_time(frame)
            watchers = list(self._watchers.get(lot, ()))
            await asyncio.gather(*(w.send_frame(frame) for w in watchers), return_exceptions=True)


async def _frame(lot: str, watching: int) -> str:
    state: dict[str, Any] = await database_sync_to_async(hall_state)(lot)
    now = state.pop("now")
    body = json.dumps({**state, "watching": watching}, ensure_ascii=False, separators=(",", ":"))
    return f'{{"now":"{now}",{body[1:]}'


def _without_time(frame: str) -> str:
    return frame.split(",", 1)[1]


hub = Hub()
