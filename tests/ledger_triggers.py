"""Lets transactional tests empty the database: drops the ledger's triggers around the flush and creates them again.

Automatic: `tests/conftest.py` calls `permit_flush` once a session. No setting of the product can do this.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import TransactionTestCase

from ledger import triggers


@contextmanager
def no_triggers() -> Iterator[None]:
    """Drop every trigger of the ledger and install them again at the end."""
    with connection.cursor() as cursor:
        for name, table in triggers.names(connection.vendor):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
    try:
        yield
    finally:
        triggers.install(connection)


def permit_flush() -> None:
    """Wrap the flush at the end of transactional tests; tests that roll back are not touched."""
    flush = TransactionTestCase._fixture_teardown
    if getattr(flush, "drops_triggers", False):
        return

    def teardown(self: TransactionTestCase) -> None:
        with no_triggers():
            flush(self)

    teardown.drops_triggers = True  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
