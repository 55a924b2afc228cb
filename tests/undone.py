"""A stretch of a test whose writes are undone at its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what is written inside, with what waits for its commit, which Django forgets for known savepoints only.

    No `atomic` block: operations demand that theirs is the outermost.
    """
    point = transaction.savepoint()
    connection.savepoint_ids.append(point)
    try:
        yield
    finally:
        connection.savepoint_ids.remove(point)
        transaction.savepoint_rollback(point)
