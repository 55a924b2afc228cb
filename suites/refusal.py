"""What a refusal is: every failed check with its reason, raised once.

Pure. Reasons are plain English sentences for logs and command lines; screens translate by the name of the check.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Reason(NamedTuple):
    """One failed condition: `check` is a stable name (docs/sealed-bid-format.md 6), `reason` a sentence."""

    check: str
    reason: str


class Refused(Exception):
    """Something was refused. `reasons` holds all failed conditions, the first in document order first."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = list(reasons)
        super().__init__("; ".join(f"{check}: {reason}" for check, reason in self.reasons))

    @property
    def checks(self) -> list[str]:
        """The names of the failed checks, in order."""
        return [reason.check for reason in self.reasons]


def refuse_any(reasons: Iterable[Reason]) -> None:
    """Raise if there is any reason.

    :raises Refused: with all of them
    """
    if found := list(reasons):
        raise Refused(found)
