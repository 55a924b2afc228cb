"""`custodian check`: is everything there that a release will need on the day? One line a question."""

import argparse
import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from custodian import clock, journal
from custodian.agent import Agent
from custodian.files import NoHome
from custodian.home import Home, passphrase_of, read_home
from custodian.log import Log, LogBroken
from custodian.server import Server, ServerAway, ServerRefused
from custodian.token_keys import TokenAway, TokenFailed
from sealing.keys import check_public_path
from suites import Refused, WrongKey

GOOD, WARNING, BAD = "ok", "warning", "failed"
AWAY = "away"  # the token did not answer, but may do so again
LEAST_ROOM = 64 * 1024 * 1024  # bytes left on the disk of the home
EXPIRES_SOON = timedelta(days=30)
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
Answer = tuple[str, str]


def check(wanted: argparse.Namespace) -> int:
    """Answer every question, one line each, and return 0, or 1 when one failed."""
    try:
        home = read_home(wanted.home, passphrase=passphrase_of(wanted.passphrase_file))
    except (NoHome, TokenFailed, Refused) as error:
        journal.note("check", what="home", answer=BAD, why=str(error))
        return 1
    status = home_status(home)
    if wanted.server and _asked("platform", lambda: _platform(home, wanted)) == BAD:
        status = 1
    return min(status, 1)


def home_status(home: Home) -> int:
    """Answer every question that needs no platform, one line each.

    Returns 0, 1 when one failed, or 4 when nothing is wrong but that the token did not answer.
    """
    questions: list[tuple[str, Callable[[], Answer]]] = [
        ("key", lambda: _key(home)),
        ("certificate", lambda: _certificate(home)),
        ("token", lambda: _permissions(home)),
        ("clock", lambda: _clock(home)),
        ("room", lambda: _room(home)),
        ("log", lambda: _log(home)),
    ]
    answers = [_asked(what, question) for what, question in questions]
    if BAD in answers:
        return 1
    return 4 if AWAY in answers else 0


def _asked(what: str, question: Callable[[], Answer]) -> str:
    try:
        answer, why = question()
    except TokenAway as error:
        answer, why = AWAY, str(error)[:300]
    except (NoHome, TokenFailed, LogBroken, ServerAway, ServerRefused, Refused, WrongKey, OSError) as error:
        answer, why = BAD, f"{type(error).__name__}: {error}"[:300]
    journal.note("check", what=what, answer=answer, why=why)
    return answer


def _key(home: Home) -> Answer:
    """The key opens a wrap made for it now, and signs what its certificate verifies."""
    suite, public = home.keys.suite, home.keys.public
    context, share = secrets.token_bytes(32), secrets.token_bytes(32)
    opened = home.keys.unwrap(context, suite.wrap(public.seal_public, context, share))
    signed = suite.verify(public.sign_public, context, home.keys.sign(context))
    good = opened == share and signed
    return (GOOD if good else BAD), f"{home.key_kind} {home.keys.kid}" + ("" if good else " does not do its work")


def _certificate(home: Home) -> Answer:
    now, public = clock.now(), home.keys.public
    if found := check_public_path(public, list(home.roots), now):
        return BAD, str(Refused(found))
    if check_public_path(public, list(home.roots), now + EXPIRES_SOON):
        return WARNING, "it ends within 30 days: ask for another key in time"
    return GOOD, public.organisation


def _permissions(home: Home) -> Answer:
    if (home.folder / "token").stat().st_mode & 0o077:
        return WARNING, "the bearer token may be read by others: chmod 600 token"
    return GOOD, "only the owner reads it"


def _clock(home: Home) -> Answer:
    if SYNCHRONISED.parent.exists() and not SYNCHRONISED.exists():
        return WARNING, f"{clock.now().isoformat()}, not synchronised: only this clock decides when a bid may open"
    return GOOD, clock.now().isoformat()


def _room(home: Home) -> Answer:
    free = shutil.disk_usage(home.folder).free
    return (GOOD if free >= LEAST_ROOM else WARNING), f"{free // (1 << 20)} MiB free"


def _log(home: Home) -> Answer:
    log = Log(home.folder, pinned=home.pinned_log)
    words = f"{log.head.size} entries confirmed, root {log.head.root[:16]}"
    if not home.pinned_log:
        return WARNING, f"{words}; the log's key is not pinned: write the published one to log-key"
    return GOOD, words


def _platform(home: Home, wanted: argparse.Namespace) -> Answer:
    """A greeting and the log followed to its signed head; no share is released."""
    server = Server(wanted.server, home.token)
    log = Log(home.folder, pinned=home.pinned_log)
    agent = Agent(home, log, server, clock.now, skew_limit=timedelta(seconds=wanted.skew_limit))
    try:
        agent.greet()
        agent.follow_to(str(server.work().get("checkpoint", "")))
    finally:
        server.close()
    apart = round(agent.apart.total_seconds(), 1)
    if abs(agent.apart) > agent.skew_limit:
        return BAD, f"the clocks are {apart} seconds apart: nothing would be released"
    return GOOD, f"{log.head.size} entries, clocks {apart} seconds apart"
