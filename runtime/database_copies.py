"""The database as files and back: SQLite by its online backup, PostgreSQL by COPY of every table in one snapshot.

Both are taken while everything runs. COPY instead of pg_dump: no program is needed beside Python, the copy does not
depend on the server's version, and it holds rows only, which the migrations of the same version take in again.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from ledger.heads import Standing, standing, standing_of

FILE, TABLES, MIGRATIONS = "db.sqlite3", "tables.json", "django_migrations"
_HEAD = "SELECT size, frontier, frontier_sm3 FROM ledger_head WHERE id = 1"
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


class OtherVersion(Exception):
    """The copy was made by another version of the platform: install that one, restore, then upgrade."""


def save(folder: Path) -> Standing:
    """Write the database into the folder and return how the log stands in that copy.

    :raises OSError: the disk does not take it
    """
    return {"sqlite": _save_sqlite, "postgresql": _save_postgresql}[connection.vendor](folder)


def bring_back(folder: Path) -> None:
    """Fill the empty database from the folder. :raises OtherVersion: PostgreSQL, and the migrations are others"""
    back: dict[str, Callable[[Path], None]] = {"sqlite": _back_to_sqlite, "postgresql": _back_to_postgresql}
    back[connection.vendor](folder)


def has_tables() -> bool:
    """Whether the database holds anything."""
    return bool(connection.introspection.table_names())


def _save_sqlite(folder: Path) -> Standing:
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(folder / FILE)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            row = copy.execute(_HEAD).fetchone()
    except sqlite3.OperationalError as error:  # what SQLite says of a full disk
        raise OSError(f"the database cannot be copied: {error}") from error
    return standing_of(*(row or (0, "", "")))


def _back_to_sqlite(folder: Path) -> None:
    place = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    for beside in (place, *(place.with_name(place.name + tail) for tail in ("-wal", "-shm"))):
        beside.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(folder / FILE, place)


def _save_postgresql(folder: Path) -> Standing:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
        tables = {table: _columns(table) for table in _tables()}
        for table, columns in tables.items():
            statement = f"COPY {_named(table, columns)} TO STDOUT"
            with (
                (folder / f"{table}.copy").open("wb") as out,
                connection.cursor() as cursor,
                cursor.copy(statement) as rows,
            ):
                out.writelines(rows)
        applied = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
        (folder / TABLES).write_text(json.dumps({"tables": tables, "migrations": applied}, indent=0), "utf-8")
        return standing()


def _back_to_postgresql(folder: Path) -> None:
    told = json.loads((folder / TABLES).read_text("utf-8"))
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic(durable=True):
        applied = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
        if applied != told["migrations"] or set(told["tables"]) != set(_tables()):
            raise OtherVersion("the backup was made by another version of the platform: restore with that one")
        with connection.cursor() as cursor:
            for table, columns in told["tables"].items():
                _fill(cursor, folder, table, columns)
            for statement in connection.ops.sequence_reset_sql(
                no_style(), list(apps.get_models(include_auto_created=True))
            ):
                cursor.execute(statement)


def _fill(cursor: Any, folder: Path, table: str, columns: list[str]) -> None:
    """Replace what the migrations wrote by the rows that were saved; those of the ledger are empty and append-only."""
    if not table.startswith("ledger_"):
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  our own table's name
    statement = f"COPY {_named(table, columns)} FROM STDIN"
    with (folder / f"{table}.copy").open("rb") as given, cursor.copy(statement) as rows:
        while block := given.read(1 << 16):
            rows.write(block)


def _tables() -> list[str]:
    return sorted(connection.introspection.table_names())


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _named(table: str, columns: list[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(table)} ({', '.join(map(quote, columns))})"
