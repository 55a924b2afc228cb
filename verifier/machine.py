"""The reader's own machine: when its disk, memory or open files stop the reading, nothing follows about the bundle."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# Refused access is not among them, nor a name that is too long or strange: those, a name in a bid could bring about.
OF_THE_MACHINE = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EROFS,
        errno.ESTALE,
    }
)
NO_THREAD = "can't start new thread"
MORE_THAN_NEEDED = 256 << 20  # bytes at once: no sound bundle asks for so many, a member in memory has 64 MiB at most


class Hindered(Exception):
    """This machine stopped the reading; the text says how."""


def blame_the_machine(error: BaseException) -> None:
    """Return where the bundle may have caused an error. :raises Hindered: only this machine can have"""
    if isinstance(error, OSError):
        at_fault = error.errno in OF_THE_MACHINE
    elif isinstance(error, MemoryError):
        at_fault = not _has_memory()  # else so much was asked for that the bundle must have claimed it
    else:
        at_fault = isinstance(error, RuntimeError) and NO_THREAD in str(error)
    if at_fault:
        raise Hindered(f"{type(error).__name__}: {error}".removesuffix(": ")) from error


@contextmanager
def scratch() -> Iterator[Path]:
    """Hold a folder that is gone afterwards. :raises Hindered: there can be none"""
    try:
        folder = TemporaryDirectory(prefix="verifier-")
    except OSError as error:  # whatever it is: no bundle has a word in it
        raise Hindered(f"{type(error).__name__}: {error}") from error
    with folder as name:
        yield Path(name)


def _has_memory() -> bool:
    """Whether there is more memory than a sound bundle needs at once; asked while what was taken is still held."""
    try:
        bytearray(MORE_THAN_NEEDED)
    except MemoryError:
        return False
    return True
