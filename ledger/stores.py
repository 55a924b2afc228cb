"""How an entry reaches each database: the head locked, the rows written, the head moved on.

On PostgreSQL that is two statements, which the server keeps prepared for the connection: parsing and planning them
takes as long as carrying them out. Each round trip lengthens the time that the head is locked, so there is no third.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    from psycopg import Connection

Head = tuple[int, str, str]  # size, frontiers under SHA-256 and SM3
Personals = Sequence[tuple[str, str, str]]  # field, salt, value

ENTRY = 'INSERT INTO ledger_entry ("index", at, leaf, leaf_sm3, nodes, nodes_sm3) VALUES (%s, %s, %s, %s, %s, %s)'
BODY = (
    "INSERT INTO ledger_body (entry_id, kind, lot, role, payload, salt, personal) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
FIRST = "INSERT INTO ledger_head (id, size, frontier, frontier_sm3) VALUES (1, 0, '', '') ON CONFLICT (id) DO NOTHING"
MOVE = "UPDATE ledger_head SET size = %s, frontier = %s, frontier_sm3 = %s WHERE id = 1 AND size = %s"
_HEAD = "SELECT size, frontier, frontier_sm3 FROM ledger_head WHERE id = 1"
_PERSONAL = "INSERT INTO ledger_personal (entry_id, field, salt, value)"
_NEVER_BY_COUNT = 1 << 30  # Django switches preparing off altogether; this leaves it to who asks for it


class Rows(NamedTuple):
    """What is written of one entry: index, instant, leaves and nodes; body; personal values; the new head."""

    face: tuple[int, datetime, str, str, str, str]
    body: Sequence[str]
    personal: Personals
    head: Head


class HeadMoved(RuntimeError):
    """The head is not where the writer believed it: nothing of the entry may stay."""


class Store(Protocol):
    """One database, in the transaction that is open."""

    def locked_head(self) -> Head | None:
        """Lock the head until the transaction ends; None before the first entry."""

    def write(self, rows: Rows) -> None:
        """Write face, body and personal values, and move the head on.

        :raises HeadMoved: the head does not stand at the entry's index; the caller's transaction must be rolled back
        """

    def begin(self) -> None:
        """Make the head, of no entry yet."""


class Postgresql:
    """PostgreSQL, spoken to without Django's cursor: the same two statements for every entry."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        from psycopg import Cursor  # an installation on SQLite starts without it

        connection.ensure_connection()
        raw: Connection[Any] = connection.connection
        if raw.prepare_threshold is None:
            raw.prepare_threshold = _NEVER_BY_COUNT
        self._errors = connection.wrap_database_errors
        self._cursor = Cursor(raw)

    def locked_head(self) -> Head | None:
        with self._errors:
            return self._cursor.execute(f"{_HEAD} FOR UPDATE", prepare=True).fetchone()

    def begin(self) -> None:
        with self._errors:
            self._cursor.execute(FIRST)

    def write(self, rows: Rows) -> None:
        index = rows.face[0]
        personal = [value for row in rows.personal for value in (index, *row)]
        values = [*rows.face, index, *rows.body, *personal, *rows.head, index]
        with self._errors:
            self._cursor.execute(_all_at_once(len(rows.personal)), values, prepare=True)
        _moved(self._cursor.rowcount)


@cache
def _all_at_once(personal: int) -> str:
    """Return the statement that writes an entry with so many personal values and moves the head."""
    parts = [f"WITH face AS ({ENTRY})", f"body AS ({BODY})"]
    if personal:
        parts.append(f"personal AS ({_PERSONAL} VALUES {', '.join(['(%s, %s, %s, %s)'] * personal)})")
    return f"{', '.join(parts)} {MOVE}"


def _moved(rows: int) -> None:
    if rows != 1:
        raise HeadMoved("the ledger's head has moved")


class Sqlite:
    """SQLite, whose `BEGIN IMMEDIATE` holds the lock already."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def locked_head(self) -> Head | None:
        with self._connection.cursor() as cursor:
            head: Head | None = cursor.execute(_HEAD).fetchone()
            return head

    def begin(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(FIRST)

    def write(self, rows: Rows) -> None:
        index, at, *hashes = rows.face
        with self._connection.cursor() as cursor:
            cursor.execute(ENTRY, [index, self._connection.ops.adapt_datetimefield_value(at), *hashes])
            cursor.execute(BODY, [index, *rows.body])
            if rows.personal:
                statement = f"{_PERSONAL} VALUES (%s, %s, %s, %s)"
                cursor.executemany(statement, [(index, *row) for row in rows.personal])
            cursor.execute(MOVE, [*rows.head, index])
            _moved(cursor.rowcount)


_STORES: dict[str, type[Postgresql] | type[Sqlite]] = {"postgresql": Postgresql, "sqlite": Sqlite}


def store_of(connection: BaseDatabaseWrapper) -> Store:
    """Return the store behind a connection."""
    return _STORES[connection.vendor](connection)
