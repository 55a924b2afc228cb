"""Crypto-shredding: after retention the custodian destroys its key, and what was sealed to it stays shut for ever.

Withdrawn, superseded, late and never opened bids lie on the server as ciphertext; once fewer than the threshold of
their custodians still have a key, nobody opens them. The statement is signed before the key goes, kept in the home, and
handed to the platform, which puts it into the public log. There is no way to force it.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custodian import clock, journal
from custodian.agent import Agent
from custodian.files import NoHome, text, wipe, write_atomically
from custodian.home import DESTROYED, KeyDestroyed, only, passphrase_of, read_home, read_pub
from custodian.log import Log, LogBroken
from custodian.needing import Counted, count
from custodian.server import PAGE, Server, ServerAway, ServerRefused
from custodian.token_keys import Held, TokenFailed, TokenKeys, read_pin, read_place
from sealing.releases import sign_destruction
from suites.certificates import facts_of

TOLD = "destroyed.told"
GONE = "destroyed.token"  # the token was seen to hold nothing of the key


class StillNeeded(NoHome):
    """Lots need the key: unopened, or within retention."""


def shred(wanted: argparse.Namespace) -> int:
    """Destroy the home's key and tell the platform, or with `dry_run` say what that would do; return the exit status.

    :raises StillNeeded: naming every lot that depends on it
    :raises NoHome: the kid is not that of this home
    :raises LogBroken: the platform's log is not the one seen before
    """
    try:
        home = read_home(wanted.home, passphrase=passphrase_of(wanted.passphrase_file))
    except KeyDestroyed as destroyed:
        if wanted.dry_run:
            return foretell_rest(wanted.home, destroyed)
        return tell_again(wanted.home, destroyed, wanted.server)
    server = Server(wanted.server, home.token)
    agent = Agent(home, Log(home.folder, pinned=home.pinned_log), server, clock.now)
    try:
        if wanted.dry_run:
            return foretell(agent, kid=wanted.kid, reason=wanted.reason)
        return _tell(home.folder, destroy(agent, kid=wanted.kid, reason=wanted.reason), server)
    finally:
        server.close()


def destroy(agent: Agent, *, kid: str, reason: str) -> dict[str, Any]:
    """Destroy the agent's key and return the signed statement, which its home keeps. Raises as `shred` does."""
    home, now = agent.home, agent.now()
    if wrong := _asked_wrongly(agent, kid, reason):
        raise NoHome("; ".join(wrong))
    agent.greet()
    if needed := _needed(agent):
        raise StillNeeded(f"the key is still needed: {'; '.join(needed)}")
    keys = home.keys
    statement = sign_destruction(
        keys, kid=kid, organisation=keys.public.organisation, reason=reason.strip(), ledger_head=agent.log.head, at=now
    )
    write_atomically(home.folder / DESTROYED, json.dumps(statement).encode())  # from here on nothing is released
    if isinstance(keys, TokenKeys):
        _destroy_in_token(home.folder, keys)
    else:
        wipe(only(home.folder, "*.key"))
    journal.note("key_destroyed", kid=kid, reason=reason)
    return statement


def _asked_wrongly(agent: Agent, kid: str, reason: str) -> list[str]:
    wrong = [] if kid == agent.home.keys.kid else [f"the key of this home is {agent.home.keys.kid}, not {kid}"]
    return wrong if reason.strip() else [*wrong, "a reason must be given: it is published"]


def _needed(agent: Agent) -> list[str]:
    """Return, in words, what needs the key, by the log's entries and by the platform. Raises as `_history` does."""
    return sorted({*_counted(agent).needed(), *agent.server.dependents()})


def foretell(agent: Agent, *, kid: str, reason: str) -> int:
    """Say what `destroy` would destroy and everything that holds it back; return 0 where nothing does, else 1.

    Nothing is destroyed or signed, and nothing is sent: log and dependents are read, the agent does not even greet.

    :raises LogBroken: the platform's log is not the one seen before
    """
    keys, folder = agent.home.keys, agent.home.folder
    there = keys.held() if isinstance(keys, TokenKeys) else Held([str(only(folder, "*.key"))], [])
    journal.note("would_destroy", kid=keys.kid, what=there.ours)
    _name_untold(there.untold)
    held = _asked_wrongly(agent, kid, reason)
    for why in held:
        journal.note("held_back", why=why)
    if agent.log.key:
        needed = _needed(agent)
    else:  # the true run would take the key that the platform shows, by a greeting
        unknown = "the log's key is not known, nothing was counted: write the published one to log-key, or run check"
        needed = [unknown, *agent.server.dependents()]
    for why in needed:
        journal.note("held_back", why=why)
    return _foretold(goes_through=not held and not needed)


def foretell_rest(folder: Path, destroyed: KeyDestroyed) -> int:
    """Say what `tell_again` would still destroy; return the exit status. Raises as `tell_again` does."""
    keys = _still_in_token(folder, destroyed)
    held = keys.held() if keys is not None else Held([], [])
    what = [*held.ours, *map(str, sorted(folder.glob("*.key")))]
    kid = destroyed.statement.get("body", {}).get("kid")
    journal.note("would_destroy", kid=kid, what=what, signed=str(destroyed), told=(folder / TOLD).exists())
    _name_untold(held.untold)
    return _foretold(goes_through=True)


def _foretold(*, goes_through: bool) -> int:
    journal.note("dry_run", goes_through=goes_through)
    return 0 if goes_through else 1


def tell_again(folder: Path, destroyed: KeyDestroyed, address: str) -> int:
    """Finish a destruction that was cut short and hand its statement over, unless the platform has it.

    :raises TokenFailed: the key may still be in its token; nothing is told before it is gone
    :raises NoHome: the token cannot be asked: no PIN, or the home names another key
    """
    keys = _still_in_token(folder, destroyed)
    if keys is not None:
        _destroy_in_token(folder, keys)
    for rest in folder.glob("*.key"):
        wipe(rest)
    if (folder / TOLD).exists():
        return 0
    server = Server(address, text(folder / "token"))
    try:
        return _tell(folder, destroyed.statement, server)
    finally:
        server.close()


def _still_in_token(folder: Path, destroyed: KeyDestroyed) -> TokenKeys | None:
    """Return the keys that the statement names where their token was not seen empty yet. :raises NoHome: as above"""
    place = read_place(folder)
    if place is None or (folder / GONE).exists():
        return None
    public = read_pub(only(folder, "*.pub"))
    if public.kid != destroyed.statement.get("body", {}).get("kid"):
        raise NoHome(f"{folder} holds another key, {public.kid}, than the one its {DESTROYED} names")
    return TokenKeys(public, place, read_pin(folder))


def _destroy_in_token(folder: Path, keys: TokenKeys) -> None:
    """Destroy the pairs in the token and remember that it holds nothing of them. It may be thrown away afterwards."""
    try:
        untold = keys.destroy()  # looks afterwards whether something is left
    except TokenFailed as error:
        raise TokenFailed(
            f"the destruction of {keys.kid} is signed but its key may still work, and nothing more is told to the "
            f"platform before it is gone: {error}. Connect the token {keys.place.token}, see that its PIN is at hand, "
            "and run shred again"
        ) from error
    _name_untold(untold)
    write_atomically(folder / GONE, b"")


def _name_untold(untold: list[str]) -> None:
    """Name what else lies in the token. Only here: the statement is public, and what others keep there is theirs."""
    if untold:
        why = "it can be tried by no use: nobody can tell whether it is a copy of the key; look at it by hand"
        journal.note("untold_keys", what=untold, why=why)


def _tell(folder: Path, statement: dict[str, Any], server: Server) -> int:
    try:
        server.destroyed(statement)
    except (ServerAway, ServerRefused) as error:
        journal.note("not_told", why=str(error)[:300], next="the statement is kept; run the command again")
        return 3
    write_atomically(folder / TOLD, b"")
    journal.note("told", kid=statement["body"]["kid"])
    return 0


def _counted(agent: Agent) -> Counted:
    """Count the lots that need the agent's key, and show the person what was counted. Raises as `_history` does."""
    keys = agent.home.keys
    ends = [facts_of(der).not_after for der in keys.certificates[:1]]
    certified_until = ends[0] if ends else datetime.max.replace(tzinfo=UTC)
    shown, hidden = _history(agent)
    counted = count(shown, keys.kid, now=agent.now(), certified_until=certified_until, hidden=hidden)
    journal.note("lots_counted", kid=keys.kid, entries=agent.log.head.size, **counted.facts())
    return counted


def _history(agent: Agent) -> tuple[list[dict[str, Any]], int]:
    """Return every public entry and what the agent remembers, up to the log's signed head, and how many are hidden.

    :raises LogBroken: it is not the log seen before, or not the one that was signed
    """
    log, server = agent.log, agent.server
    agent.follow_to(str(server.work().get("checkpoint", "")))
    shown = [row for kept in log.remembered.values() for row in kept]  # what the platform cannot hide any more
    for start in range(-1, log.head.size - 1, PAGE):
        due = min(PAGE, log.head.size - 1 - start)
        rows = server.feed(start)[:due]
        try:
            if [row["index"] for row in rows] != list(range(start + 1, start + 1 + due)):
                raise LogBroken("the platform shows fewer entries than before, or others")
            shown += [row for row in rows if row["body"] is not None]
        except (KeyError, TypeError) as error:
            raise ServerAway(f"the feed is malformed: {type(error).__name__}") from error
    bad = next((row["index"] for row in shown if not log.proven(row)), None)
    if bad is not None:
        raise LogBroken(f"entry {bad} is not the one that was seen before")
    return shown, log.head.size - len({row["index"] for row in shown})
