"""From the running installation to a play: its address out of `run.json`, the pinned root, the players, a plan.

Rehearsals come one after the other on one machine: whoever asks for one goes first, the seed waits at points without
haste. Durations are seconds on the monotonic clock.
"""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
from django.conf import settings

from config import places
from identity.queries import trust_root
from lawbook.procedures import UnknownProcedure, procedure
from rehearsal import players
from rehearsal.cast import party
from rehearsal.play.buyer import Plan
from rehearsal.play.stage import Stage
from rehearsal.play.tender import Roles

RUN_FILE = "run.json"  # `manage.py up` writes it
FEWEST, MOST = 3, 50  # bidders of a rehearsal that is to end with an award
BUSY = places.HOME / "rehearsing.lock"
CEILING_YUAN, DURATION_DAYS = "12000000.00", 180
STREETS = ("东环路", "滨江路", "人民路", "文昌路", "兴业路", "学院路", "康乐路", "中心大道")


class CannotRehearse(Exception):
    """There is nothing to rehearse with, or not this way."""


def stage(tell: Callable[[str], None], *, wait: float = 0.0) -> Stage:
    """Return the running installation, waiting `wait` seconds for it.

    :raises CannotRehearse: none runs from this home, it does not answer, or it is no demonstration
    """
    if not settings.DEMONSTRATION:
        raise CannotRehearse("invented bidders may play in a demonstration only")
    end = time.monotonic() + wait
    while True:
        try:
            address = json.loads((places.HOME / RUN_FILE).read_text("utf-8"))["address"]
            httpx.get(f"{address}/healthz", timeout=10, trust_env=False).raise_for_status()
            return Stage(address, trust_root(), tell)
        except (FileNotFoundError, httpx.HTTPError) as error:
            if time.monotonic() > end:
                raise CannotRehearse(f"no installation answers from {places.HOME}: {error}") from error
        time.sleep(0.5)


def check_wish(code: str, bidders: int) -> None:
    """Check what is to be rehearsed. :raises CannotRehearse: not a rehearsal procedure, or too few or many bidders"""
    try:
        law = procedure(code)
    except UnknownProcedure as error:
        raise CannotRehearse(f"there is no procedure {code}") from error
    if not law.rehearsal:
        raise CannotRehearse(f"{code} is a real procedure: only rehearsal procedures (R…) can be rehearsed")
    if not FEWEST <= bidders <= MOST:
        raise CannotRehearse(f"a rehearsal has {FEWEST} to {MOST} bidders, not {bidders}")


def roles(bidders: int) -> Roles:
    """Return the players: the cast's agency, purchaser, centre and pool, and as many bidders."""
    return Roles(
        agency=players.Seat(players.account("agency"), party("示例代理")),
        purchaser=party("城建投"),
        centre=players.account("centre"),
        experts=tuple(players.experts()),
        bidders=tuple(players.bidders(bidders)),
    )


def plan(code: str, name: str, *, now: datetime) -> Plan:
    """Return what is tendered; a rehearsal's name says that it is one."""
    title = f"演练·{name}" if procedure(code).rehearsal else name
    return Plan(
        project_name=title,
        lot_name=f"{title}施工",
        procedure=code,
        ceiling_yuan=CEILING_YUAN,
        duration_days=DURATION_DAYS,
        planned_deadline_at=now,
    )


def street(number: int) -> str:
    """Return the name of an invented project."""
    return f"示例市{STREETS[number % len(STREETS)]}市政道路改造工程"


@contextmanager
def going_first() -> Iterator[None]:
    """Hold the seed back while somebody rehearses."""
    with _lock_file().open("r") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def let_others_go_first() -> None:
    """Wait until nobody rehearses."""
    with _lock_file().open("r") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def _lock_file() -> Path:
    BUSY.touch(mode=0o600)
    return BUSY
