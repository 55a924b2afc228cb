"""Writing what must not be cut short or forgotten.

The system may take less than it is given, and says so only in a number; and it keeps what it took in memory for a while.
"""

import os
from collections.abc import Callable
from pathlib import Path

from suites.protocol import Buffer


def write_all(write: Callable[[memoryview], int | None], data: Buffer) -> None:
    """Call an unbuffered `write` until it has taken everything.

    A disk that fills up takes a part of a piece without an error, and refuses the rest when asked again.

    :raises OSError: it took a part, or nothing
    """
    left = memoryview(data)
    while left:
        left = left[write(left) or 0 :]


def flush(path: Path) -> None:
    """Make a file's bytes, or the names in a folder, survive a power cut. On systems where a folder can be opened."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
