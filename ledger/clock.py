"""The only clock: the database's on PostgreSQL, the host's on SQLite. Aware UTC, whole microseconds.

Whatever is judged against a deadline takes its row lock first and reads this clock after (3.3).
"""

from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """Return the present instant; on PostgreSQL it moves within a transaction (`clock_timestamp`)."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (instant,) = cursor.fetchone()
    return instant.astimezone(UTC)  # type: ignore[no-any-return]
