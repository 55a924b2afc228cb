"""Writing what must not be cut short: the system may take less than it is given, and says so only in a number."""

from collections.abc import Callable

from suites.protocol import Buffer


def write_all(write: Callable[[memoryview], int | None], data: Buffer) -> None:
    """Call an unbuffered `write` until it has taken everything.

    A disk that fills up takes a part of a piece without an error, and refuses the rest when asked again.

    :raises OSError: it took a part, or nothing
    """
    left = memoryview(data)
    while left:
        left = left[write(left) or 0 :]
