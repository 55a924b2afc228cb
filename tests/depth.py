"""How far a run goes: every run a part that is the same each time, `make thorough` all of it."""

import os
from typing import TypeVar

T = TypeVar("T")
THOROUGH = os.environ.get("GONGHENG_THOROUGH") == "1"


def depth(every_run: T, thorough: T) -> T:
    """Return which of the two this run takes."""
    return thorough if THOROUGH else every_run
