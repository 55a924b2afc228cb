"""Who sits on a lot's committee: a hook that `evaluation` fills when it starts. Only logins pass through it."""

from collections.abc import Callable

Logins = Callable[[int], frozenset[str]]

_sources: list[Logins] = []


def register(logins: Logins) -> None:
    """Let `logins(lot's primary key)` name the members from now on; the last one registered counts."""
    _sources[:] = [logins]


def member_logins(lot_id: int) -> frozenset[str]:
    """Return the logins of the lot's committee; empty before the draw and where no evaluation is installed."""
    return _sources[0](lot_id) if _sources else frozenset()
