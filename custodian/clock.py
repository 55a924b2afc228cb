"""The agent's own clock: the only place of this program that reads time. Aware UTC."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant by this machine's clock."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that only grow, for measuring pauses."""
    return time.monotonic()
