"""Writing what must not be cut short or forgotten.

The system may take less than it is given, and says so only in a number; and it keeps what it took in memory for a
while. What people are handed appears under its name whole, and never in the place of something else.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from suites import Reason, Refused
from suites.protocol import Buffer

SECRET, OPEN = 0o600, 0o666  # who may read a new file: its owner, or whom the system's mask lets


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
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes what may be written only
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_existing(path: Path) -> None:
    """:raises Refused: `output`: the name is taken, be it by a link to nowhere"""
    if os.path.lexists(path):
        raise Refused([Reason("output", f"{path.name} exists already")])


def write_new(path: Path, data: bytes, *, mode: int = SECRET) -> None:
    """Write a file that was not there before: under its name it is whole, or it is not there.

    :raises Refused: `output`: it exists already
    :raises OSError: the disk does not take it
    """
    refuse_existing(path)
    with part_of(path, mode=mode) as part:
        put(part, data)
        name_new(part, path)


@contextmanager
def part_of(path: Path, *, mode: int = OPEN) -> Iterator[Path]:
    """Give an empty file beside `path`, nobody else's, to be written and then named; what is left of it is removed.

    :raises OSError: none can be made there
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except OSError as error:  # told of the name that the person gave
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def put(part: Path, data: Buffer) -> None:
    """Write a part and flush it. :raises OSError: the disk does not take it"""
    with part.open("r+b", buffering=0) as file:
        write_all(file.write, data)
        os.fsync(file.fileno())


def name_new(part: Path, path: Path) -> None:
    """Flush a part and give it its name, which nobody else may have by now.

    :raises Refused: `output`: the name is taken
    :raises OSError: the disk does not take it
    """
    flush(part)
    try:
        _take_name(part, path)
    except FileExistsError as error:
        raise Refused([Reason("output", f"{path.name} exists already")]) from error
    flush_names(path.parent)


def _take_name(part: Path, path: Path) -> None:
    """:raises OSError: `FileExistsError` where the name is taken"""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # sticks and some shares have no hard links: the name is taken first, then filled
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET))
        try:
            part.replace(path)
        except BaseException:
            path.unlink()
            raise


def flush_names(folder: Path) -> None:
    """Flush the names in a folder where the system can. The files are whole either way."""
    with suppress(OSError):
        flush(folder)
