"""What all players of one rehearsal know: the address, the pinned root, how long to wait. Monotonic seconds."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from rehearsal.play.visitor import Refused, Visitor

T = TypeVar("T")
POLL_SECONDS = 0.5
CONFLICT = 409
MOST_AT_ONCE = 8  # players handled at the same time


class TookTooLong(Exception):
    """Something that should happen by itself did not."""


@dataclass(frozen=True)
class Stage:
    """One installation as the players see it; `tell` is told every step in words."""

    address: str
    root: str
    tell: Callable[[str], None]

    def now(self, visitor: Visitor) -> datetime:
        """Return the platform's clock."""
        return datetime.fromisoformat(visitor.call("GET", "/api/v1/clock").json()["now"])

    def hall(self, visitor: Visitor, lot: str) -> dict[str, Any]:
        """Return the hall's public state."""
        state: dict[str, Any] = visitor.call("GET", f"/hall/{lot}/state.json").json()
        return state


def wait_for(what: str, look: Callable[[], T | None], *, seconds: float) -> T:
    """Return what `look` finds, asked twice a second.

    :raises TookTooLong: nothing within `seconds`
    """
    end = time.monotonic() + seconds
    while True:
        if (found := look()) is not None:
            return found
        if time.monotonic() > end:
            raise TookTooLong(f"{what}: not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def once_lawful(what: str, act: Callable[[], T], *, seconds: float) -> T:
    """Try an act that is refused (409) until its time has come, and return its result.

    :raises Refused: for another reason, or still refused after `seconds`
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except Refused as refused:
            if refused.status != CONFLICT or time.monotonic() > end:
                raise
        time.sleep(POLL_SECONDS)


def everybody(act: Callable[[T], object], players: Iterable[T]) -> None:
    """Let all players act at the same time; the first failure is raised when all have ended."""
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for done in [pool.submit(act, player) for player in players]:
            done.result()
