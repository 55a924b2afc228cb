"""A database that several threads can really write at once: SQLite in a file, or the PostgreSQL of DATABASE_URL.

Tests without it run on SQLite in memory, where threads share one connection's locks and nothing is proven.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections


@contextmanager
def file_database(path: Path) -> Iterator[None]:
    """Make the file a copy of the migrated in-memory test database, and the default database of every thread."""
    with sqlite3.connect(path) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    copy.close()
    try:
        with database_named(str(path)):
            yield
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)


@contextmanager
def database_named(name: str) -> Iterator[None]:
    """Make another database the default one of every thread, for a while."""
    first, settings = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = {**settings, "NAME": name}
    del connections[DEFAULT_DB_ALIAS]
    try:
        yield
    finally:
        connection.close()
        connections.settings[DEFAULT_DB_ALIAS] = settings
        connections[DEFAULT_DB_ALIAS] = first


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once, each on its own connection; return each result or the exception it raised, in order."""
    outcomes: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            outcomes[number] = call()
        except Exception as error:  # noqa: BLE001 - handed to the test, which judges it
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, call)) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return outcomes
