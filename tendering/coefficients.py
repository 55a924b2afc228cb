"""Which coefficients the opening draws: a hook that `evaluation` fills when it starts (decision 0001)."""

from collections.abc import Callable, Mapping
from typing import Any

Sets = Callable[[Mapping[str, Any]], dict[str, tuple[str, ...]]]

_sets: list[Sets] = []


def register(sets: Sets) -> None:
    """Let `sets` tell from now on; the last one registered counts."""
    _sets[:] = [sets]


def sets_of(scheme: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return coefficient → its published values as text, of those with more than one; none without a scheme."""
    return _sets[0](scheme) if scheme and _sets else {}
