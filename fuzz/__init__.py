"""Fuzzing of every parser that reads what a stranger sent: `python -m fuzz` (docs/fuzzing.md).

Three properties hold of each: only the refusal it declares comes out, it stays within time and memory, and a mutation
of a valid input that it accepts says the same as the input that was made.
"""

from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[bytes], None]


class Finding(AssertionError):
    """An input was accepted that must not be, or an accepted one does not survive a round."""


@dataclass(frozen=True)
class Target:
    """One parser under test.

    `seeds` gives valid inputs; `check` returns for what is refused as declared or soundly accepted, and raises anything
    else; `shape` says how to mutate: bytes, `json`, or the parts of a `sealed` file or a `zip`.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    check: Check
    shape: str = "bytes"
    most: int = 1 << 16  # bytes of an input


def demand(holds: bool, what: str) -> None:
    """Raise a finding unless it holds."""
    if not holds:
        raise Finding(what)
