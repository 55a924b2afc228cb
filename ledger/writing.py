"""Writing entries: one locked head row, gap-free indexes, in the caller's transaction and last before its commit.

`at` is the legal instant of the act, as the caller judged it, and is never moved: two lots may commit in another order
than their instants, so the order of entries is that of `index`, not of `at`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from django.db import connection, transaction

from ledger import entries, tree
from ledger.canonical import Json, instant, plain
from ledger.kinds import KINDS
from ledger.models import Body, Entry, Head, Personal

logger = logging.getLogger(__name__)

_TAKE = "UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size - 1, frontier"
_FIRST = "INSERT INTO ledger_head (id, size, frontier, root) VALUES (1, 0, '', %s) ON CONFLICT (id) DO NOTHING"
_callbacks: list[Callable[[int], None]] = []


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
    instant(at)
    values = _personal_values(actor, personal)
    salts = {field: secrets.token_hex(32) for field in values}
    hashes: Json = {field: entries.personal_hash(salts[field], value) for field, value in values.items()}
    body = {"kind": kind, "lot": lot, "role": str(actor.role) if actor else "", "payload": plain(payload)}
    body["personal"] = hashes
    entry = _written(at, body)
    Personal.objects.bulk_create(
        Personal(entry=entry, field=field, salt=salts[field], value=value) for field, value in values.items()
    )
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


def _written(at: datetime, body: dict[str, Json]) -> Entry:
    """Lock the head, write face and body, move the head on."""
    salt = secrets.token_hex(32)
    hashed = entries.body_hash(salt, body)
    size, frontier = _taken_head()
    entry = Entry(index=size, at=at, leaf=entries.leaf(size, at, hashed))
    entry.path = tuple(node.hex() for node in reversed(frontier))
    entry.save(force_insert=True)
    Body(entry=entry, salt=salt, **body).save(force_insert=True)
    grown = tree.extended(frontier, size, bytes.fromhex(entry.leaf))
    Head.objects.filter(pk=1).update(frontier=b"".join(grown).hex(), root=tree.frontier_root(grown).hex())
    return entry


def _taken_head() -> tuple[int, list[bytes]]:
    """Raise the head's size by one, which locks it until the end of the transaction; return what it was."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        rows = cursor.fetchall()
        if not rows:
            cursor.execute(_FIRST, [tree.frontier_root([]).hex()])
            cursor.execute(_TAKE)
            rows = cursor.fetchall()
    ((size, frontier),) = rows
    return size, nodes(frontier)


def nodes(frontier: str) -> list[bytes]:
    """Return the hashes of a stored frontier."""
    return [bytes.fromhex(frontier[start : start + 64]) for start in range(0, len(frontier), 64)]


def _wake(index: int) -> None:
    for callback in _callbacks:
        try:
            callback(index)
        except Exception:  # a reader's fault must not turn a committed act into an error
            logger.warning("a reader's wake-up failed at entry %d", index, exc_info=True)
