"""Crypto-shredding: after retention the custodian destroys its key, and what was sealed to it stays shut for ever.

Withdrawn, superseded, late and never opened bids lie on the server as ciphertext; once fewer than the threshold of
their custodians still have a key, nobody opens them. The statement is signed before the key goes, kept in the home, and
handed to the platform, which puts it into the public log. There is no way to force it.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from custodian import clock, journal
from custodian.agent import Agent
from custodian.files import NoHome, text, wipe, write_atomically
from custodian.home import DESTROYED, KeyDestroyed, only, passphrase_of, read_home
from custodian.log import POSTPONING, Log, LogBroken
from custodian.server import PAGE, Server, ServerAway, ServerRefused
from custodian.token_keys import TokenKeys
from sealing.releases import sign_destruction

RETENTION_YEARS = 15  # GP-42, our rule for every lot
ENDING = frozenset({"opening.finished", "lot.failed", "lot.terminated"})
TOLD = "destroyed.told"


class StillNeeded(NoHome):
    """Lots need the key: unopened, or within retention."""


def shred(wanted: argparse.Namespace) -> int:
    """Destroy the home's key and tell the platform; return the exit status.

    :raises StillNeeded: naming every lot that depends on it
    :raises NoHome: the kid is not that of this home
    :raises LogBroken: the platform's log is not the one seen before
    """
    try:
        home = read_home(wanted.home, passphrase=passphrase_of(wanted.passphrase_file))
    except KeyDestroyed as destroyed:
        return tell_again(wanted.home, destroyed, wanted.server)
    server = Server(wanted.server, home.token)
    agent = Agent(home, Log(home.folder, pinned=home.pinned_log), server, clock.now)
    try:
        return _tell(home.folder, destroy(agent, kid=wanted.kid, reason=wanted.reason), server)
    finally:
        server.close()


def destroy(agent: Agent, *, kid: str, reason: str) -> dict[str, Any]:
    """Destroy the agent's key and return the signed statement, which its home keeps. Raises as `shred` does."""
    home, now = agent.home, agent.now()
    if kid != home.keys.kid:
        raise NoHome(f"the key of this home is {home.keys.kid}, not {kid}")
    if not reason.strip():
        raise NoHome("a reason must be given: it is published")
    agent.greet()
    if needed := sorted({*depending(_history(agent), kid, now=now), *agent.server.dependents()}):
        raise StillNeeded(f"the key is still needed: {'; '.join(needed)}")
    keys = home.keys
    statement = sign_destruction(
        keys, kid=kid, organisation=keys.public.organisation, reason=reason.strip(), ledger_head=agent.log.head, at=now
    )
    write_atomically(home.folder / DESTROYED, json.dumps(statement).encode())  # from here on nothing is released
    if isinstance(keys, TokenKeys):
        keys.destroy()
    else:
        wipe(only(home.folder, "*.key"))
    journal.note("key_destroyed", kid=kid, reason=reason)
    return statement


def tell_again(folder: Path, destroyed: KeyDestroyed, address: str) -> int:
    """Finish a destruction that was cut short and hand its statement over, unless the platform has it."""
    for rest in folder.glob("*.key"):
        wipe(rest)
    if (folder / TOLD).exists():
        return 0
    server = Server(address, text(folder / "token"))
    try:
        return _tell(folder, destroyed.statement, server)
    finally:
        server.close()


def _tell(folder: Path, statement: dict[str, Any], server: Server) -> int:
    try:
        server.destroyed(statement)
    except (ServerAway, ServerRefused) as error:
        journal.note("not_told", why=str(error)[:300], next="the statement is kept; run the command again")
        return 3
    write_atomically(folder / TOLD, b"")
    journal.note("told", kid=statement["body"]["kid"])
    return 0


def depending(rows: Iterable[Mapping[str, Any]], kid: str, *, now: datetime) -> list[str]:
    """Return the lots whose signed parameters name the key and that are unopened or within retention, in words.

    `rows` are the public log's entries that have a body, each checked against its leaf.
    """
    named, ended, last = set(), set(), {}
    for row in rows:
        body = row["body"]
        lot = body["lot"]
        if body["kind"] in POSTPONING and kid in _custodians(body):
            named.add(lot)
        if body["kind"] in ENDING:
            ended.add(lot)
        last[lot] = datetime.fromisoformat(row["at"])
    found = [f"{lot} is not opened" for lot in sorted(named - ended)]
    for lot in sorted(named & ended):
        until = _years_on(last[lot], RETENTION_YEARS)
        if now < until:
            found.append(f"{lot} is kept until {until.date().isoformat()}")
    return found


def _custodians(body: Mapping[str, Any]) -> list[str]:
    named: list[str] = body["payload"]["parameters"]["body"]["custodians"]
    return named


def _years_on(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, month=3, day=1)


def _history(agent: Agent) -> list[dict[str, Any]]:
    """Return what the agent remembers and every public entry, after following the log to its signed head.

    :raises LogBroken: it is not the log seen before, or not the one that was signed
    """
    log, server = agent.log, agent.server
    agent.follow_to(str(server.work().get("checkpoint", "")))
    shown = [row for kept in log.amendments.values() for row in kept]  # what the platform cannot hide any more
    for start in range(-1, log.head.size - 1, PAGE):
        rows = server.feed(start)
        if len(rows) < min(PAGE, log.head.size - 1 - start):
            raise LogBroken("the platform shows fewer entries than before")
        shown += [row for row in rows if row["body"] is not None and row["index"] < log.head.size]
    bad = next((row["index"] for row in shown if not log.proven(row)), None)
    if bad is not None:
        raise LogBroken(f"entry {bad} is not the one that was seen before")
    return shown
