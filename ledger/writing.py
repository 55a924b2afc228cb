"""Writing entries: one locked head row, gap-free indexes, in the caller's transaction and last before its commit.

The head keeps the trees' frontiers, so that an append reads one row whatever the log's length, and no root is computed
before somebody asks for one. On PostgreSQL an append is two statements: the head is locked, then everything is written.
`at` is the legal instant of the act, as the caller judged it, and is never moved: two lots may commit in another order
than their instants, so the order of entries is that of `index`, not of `at`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple, Protocol

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper as Cursor

from ledger import entries, nodes, tree
from ledger.canonical import Json, canonical, instant, plain
from ledger.checkpoints import MOMENTS, sign_moment
from ledger.kinds import KINDS
from ledger.models import Entry, Personal

logger = logging.getLogger(__name__)

_LOCK = {
    "postgresql": "SELECT size, frontier, frontier_sm3 FROM ledger_head WHERE id = 1 FOR UPDATE",
    "sqlite": "SELECT size, frontier, frontier_sm3 FROM ledger_head WHERE id = 1",  # BEGIN IMMEDIATE holds the lock
}
_FIRST = "INSERT INTO ledger_head (id, size, frontier, frontier_sm3) VALUES (1, 0, '', '') ON CONFLICT (id) DO NOTHING"
_ENTRY = 'INSERT INTO ledger_entry ("index", at, leaf, leaf_sm3, nodes, nodes_sm3) VALUES (%s, %s, %s, %s, %s, %s)'
_BODY = (
    "INSERT INTO ledger_body (entry_id, kind, lot, role, payload, salt, personal) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_PERSONAL = "INSERT INTO ledger_personal (entry_id, field, salt, value)"
_MOVE = "UPDATE ledger_head SET size = %s, frontier = %s, frontier_sm3 = %s WHERE id = 1"
_callbacks: list[Callable[[int], None]] = []
Personals = list[tuple[str, str, str]]  # field, salt, value
Run = Callable[[Cursor, str, Sequence[Any]], Any]  # runs a statement and returns its first row


class UnknownKind(ValueError):
    """The kind is not in `ledger.kinds.KINDS`."""


class ActorLike(Protocol):
    """What the ledger needs of an actor (`identity.actor.Actor` has it)."""

    @property
    def login(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def uscc(self) -> str: ...
    @property
    def address(self) -> str: ...


def append(
    kind: str,
    *,
    lot: str = "",
    at: datetime,
    payload: Mapping[str, object],
    actor: ActorLike | None = None,
    personal: Mapping[str, str] | None = None,
) -> Entry:
    """Append one entry and return its face, inside the caller's transaction, as its last statements before commit.

    `lot` is a code, `payload` becomes canonical JSON (times, Decimal and UUID are turned into text, floats refused).
    The actor's login, organisation (USCC) and address, and whatever is in `personal`, are hashed one by one with
    their own salts, so that they can be erased; no person's name or address belongs into `payload`.

    :raises UnknownKind: the kind is not registered
    :raises TransactionManagementError: no transaction is open
    :raises ledger.canonical.NotCanonical: the payload has no canonical form, or `at` no time zone
    """
    if kind not in KINDS:
        raise UnknownKind(kind)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("ledger.append needs the transaction of the act it records")
    values = _personal_values(actor, personal)
    salts = {field: secrets.token_hex(32) for field in values}
    hashes: Json = {field: entries.personal_hash(salts[field], value) for field, value in values.items()}
    body = {"kind": kind, "lot": lot, "role": str(actor.role) if actor else "", "payload": plain(payload)}
    body["personal"] = hashes
    entry = _written(_prepared(at, body, [(field, salts[field], value) for field, value in values.items()]))
    if kind in MOMENTS:
        transaction.on_commit(sign_moment, robust=True)
    transaction.on_commit(partial(_wake, entry.index))
    return entry


def after_append(callback: Callable[[int], None]) -> Callable[[int], None]:
    """Call `callback(index)` in this process after every commit that appended. Only a wake-up: losing one loses
    nothing, since readers ask the feed. Usable as a decorator; the same callback is kept once.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def erase_personal(field: str, value: str) -> int:
    """Erase one personal value wherever it stands and return how often; hashes stay and so does the chain."""
    deleted, _ = Personal.objects.filter(field=field, value=value).delete()
    return deleted


def _personal_values(actor: ActorLike | None, personal: Mapping[str, str] | None) -> dict[str, str]:
    values = dict(personal or {})
    if actor is not None:
        values |= {"actor": actor.login, "organisation": actor.uscc, "address": actor.address}
    return {field: value for field, value in sorted(values.items()) if value}


class _Prepared(NamedTuple):
    """All of an entry that is known before its index: what need not be done while the head is locked."""

    at: datetime
    instant: str
    hashes: dict[str, str]
    body: Sequence[Any]
    personal: Personals


def _prepared(at: datetime, body: Mapping[str, Json], personal: Personals) -> _Prepared:
    salt = secrets.token_hex(32)
    hashes = {name: entries.body_hash(salt, body, function) for name, function in tree.HASHES.items()}
    payload, persons = (canonical(body[name]).decode("utf-8") for name in ("payload", "personal"))
    row = (body["kind"], body["lot"], body["role"], payload, salt, persons)
    return _Prepared(at, instant(at), hashes, row, personal)


def _written(new: _Prepared) -> Entry:
    """Lock the head, write face, body and personal values, move the head on."""
    with connection.cursor() as cursor:
        run = _RUN[connection.vendor]
        size, frontiers = _locked_head(cursor, run)
        entry = Entry(index=size, at=new.at)
        entry.paths = {name: [node.hex() for node in reversed(kept)] for name, kept in frontiers.items()}
        heads = []
        for name, function in tree.HASHES.items():
            leaf = tree.leaf_hash(entries.face(size, new.instant, new.hashes[name]), function)
            grown, completed = tree.appended(frontiers[name], size, leaf, function)
            for column, value in zip(nodes.COLUMNS[name], (leaf.hex(), nodes.joined(completed)), strict=True):
                setattr(entry, column, value)
            heads.append(nodes.joined(grown))
        _WRITE[connection.vendor](cursor, entry, new, (size + 1, *heads))
    entry._state.adding = False
    return entry


def _locked_head(cursor: Cursor, run: Run) -> tuple[int, dict[str, list[bytes]]]:
    """Lock the head until the end of the transaction; return size and frontiers by hash. Made at the first append."""
    row = run(cursor, _LOCK[connection.vendor], ())
    if row is None:
        cursor.execute(_FIRST)
        row = run(cursor, _LOCK[connection.vendor], ())
    size, *frontiers = row or (0, "", "")
    return size, {name: nodes.split(frontier) for name, frontier in zip(tree.HASHES, frontiers, strict=True)}


def _run_postgresql(cursor: Cursor, statement: str, values: Sequence[Any]) -> Any:
    """Run what the server keeps prepared for this connection: planning it takes longer than carrying it out."""
    with connection.wrap_database_errors:
        ran = psycopg.Cursor(connection.connection).execute(statement, values, prepare=True)
        return ran.fetchone() if ran.description else None


def _run_sqlite(cursor: Cursor, statement: str, values: Sequence[Any]) -> Any:
    return cursor.execute(statement, values).fetchone()


_RUN: dict[str, Run] = {"postgresql": _run_postgresql, "sqlite": _run_sqlite}


def _write_postgresql(cursor: Cursor, entry: Entry, new: _Prepared, head: Sequence[Any]) -> None:
    """Write in one statement: each round trip would lengthen the time that the head is locked."""
    personal = [value for row in new.personal for value in (entry.index, *row)]
    values = [*_face_row(entry), entry.index, *new.body, *personal, *head]
    _run_postgresql(cursor, _all_at_once(len(new.personal)), values)


@cache
def _all_at_once(personal: int) -> str:
    """Return the statement that writes an entry with so many personal values and moves the head."""
    parts = [f"WITH face AS ({_ENTRY})", f"body AS ({_BODY})"]
    if personal:
        parts.append(f"personal AS ({_PERSONAL} VALUES {', '.join(['(%s, %s, %s, %s)'] * personal)})")
    return f"{', '.join(parts)} {_MOVE}"


def _write_sqlite(cursor: Cursor, entry: Entry, new: _Prepared, head: Sequence[Any]) -> None:
    at = connection.ops.adapt_datetimefield_value(entry.at)
    cursor.execute(_ENTRY, [entry.index, at, *_face_row(entry)[2:]])
    cursor.execute(_BODY, [entry.index, *new.body])
    if new.personal:
        cursor.executemany(f"{_PERSONAL} VALUES (%s, %s, %s, %s)", [(entry.index, *row) for row in new.personal])
    cursor.execute(_MOVE, head)


_WRITE = {"postgresql": _write_postgresql, "sqlite": _write_sqlite}


def _face_row(entry: Entry) -> Sequence[Any]:
    return (entry.index, entry.at, entry.leaf, entry.leaf_sm3, entry.nodes, entry.nodes_sm3)


def _wake(index: int) -> None:
    for callback in _callbacks:
        try:
            callback(index)
        except Exception:  # a reader's fault must not turn a committed act into an error
            logger.warning("a reader's wake-up failed at entry %d", index, exc_info=True)
