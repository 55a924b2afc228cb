"""Writing entries: one locked head row, gap-free indexes, in the caller's transaction and last before its commit.

The head keeps the trees' frontiers, so that an append reads one row whatever the log's length, and no root is computed
before somebody asks for one. `at` is the legal instant of the act, as the caller judged it, and is never moved: two
lots may commit in another order than their instants, so the order of entries is that of `index`, not of `at`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger import entries, nodes, tree
from ledger.canonical import Json, canonical, instant, plain
from ledger.checkpoints import MOMENTS, sign_moment
from ledger.kinds import KINDS
from ledger.models import Entry, Personal
from ledger.stores import Personals, Rows, Store, store_of

logger = logging.getLogger(__name__)

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
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("ledger.append needs the transaction of the act it records")
    values = _personal_values(actor, personal)
    salts = {field: secrets.token_hex(32) for field in values}
    hashes: Json = {field: entries.personal_hash(salts[field], value) for field, value in values.items()}
    body = {"kind": kind, "lot": lot, "role": str(actor.role) if actor else "", "payload": plain(payload)}
    body["personal"] = hashes
    new = _prepared(at, body, [(field, salts[field], value) for field, value in values.items()])
    store = store_of(connection)
    entry, head = _written(new, store, _left_by_this_transaction(connection) or _locked_head(store))
    if kind in MOMENTS:
        transaction.on_commit(sign_moment, robust=True)
    wake = partial(_wake, entry.index)
    transaction.on_commit(wake)
    _left[connection] = _Left(wake, head)
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


class _Head(NamedTuple):
    """The log's size and the trees' frontiers, by hash."""

    size: int
    frontiers: dict[str, list[bytes]]


class _Left(NamedTuple):
    """Where the last entry of a transaction left the head, and the wake-up that waits for its commit."""

    wake: Callable[[], None]
    head: _Head


_left: WeakKeyDictionary[BaseDatabaseWrapper, _Left] = WeakKeyDictionary()


class _Prepared(NamedTuple):
    """All of an entry that is known before its index: what need not be done while the head is locked."""

    at: datetime
    instant: str
    hashes: dict[str, str]
    body: Sequence[str]
    personal: Personals


def _prepared(at: datetime, body: Mapping[str, Json], personal: Personals) -> _Prepared:
    salt = secrets.token_hex(32)
    salted = entries.salted(salt, body)
    hashes = {name: function(salted).hex() for name, function in tree.HASHES.items()}
    payload, persons = (canonical(body[name]).decode("utf-8") for name in ("payload", "personal"))
    row = (str(body["kind"]), str(body["lot"]), str(body["role"]), payload, salt, persons)
    return _Prepared(at, instant(at), hashes, row, personal)


def _written(new: _Prepared, store: Store, head: _Head) -> tuple[Entry, _Head]:
    """Write face, body and personal values, move the locked head on; return it as it then is."""
    size, frontiers = head
    grown_to: dict[str, list[bytes]] = {}
    entry = Entry(index=size, at=new.at)
    entry.paths = {name: [node.hex() for node in reversed(kept)] for name, kept in frontiers.items()}
    for name, function in tree.HASHES.items():
        leaf = tree.leaf_hash(entries.face(size, new.instant, new.hashes[name]), function)
        grown, completed = tree.appended(frontiers[name], size, leaf, function)
        for column, value in zip(nodes.COLUMNS[name], (leaf.hex(), nodes.joined(completed)), strict=True):
            setattr(entry, column, value)
        grown_to[name] = grown
    heads = [nodes.joined(grown) for grown in grown_to.values()]
    face = (size, new.at, entry.leaf, entry.leaf_sm3, entry.nodes, entry.nodes_sm3)
    store.write(Rows(face, new.body, new.personal, (size + 1, heads[0], heads[1])))
    entry._state.adding = False
    return entry, _Head(size + 1, grown_to)


def _left_by_this_transaction(connection: BaseDatabaseWrapper) -> _Head | None:
    """Return the head as this transaction's last entry left it, still locked: it need not be read again.

    Django forgets what waits for a commit with the savepoint or transaction that is rolled back: an entry whose
    wake-up still waits is still there. It does not know savepoints that no `atomic` made: after a roll back to one,
    `Store.write` refuses the next entry.
    """
    left = _left.get(connection)
    if left is None or all(waiting[1] is not left.wake for waiting in reversed(connection.run_on_commit)):
        return None
    return left.head


def _locked_head(store: Store) -> _Head:
    """Lock the head until the end of the transaction; return size and frontiers by hash. Made at the first append."""
    head = store.locked_head()
    if head is None:
        store.begin()
        head = store.locked_head() or (0, "", "")
    size, *frontiers = head
    return _Head(size, {name: nodes.split(frontier) for name, frontier in zip(tree.HASHES, frontiers, strict=True)})


def _wake(index: int) -> None:
    for callback in _callbacks:
        try:
            callback(index)
        except Exception:  # a reader's fault must not turn a committed act into an error
            logger.warning("a reader's wake-up failed at entry %d", index, exc_info=True)
