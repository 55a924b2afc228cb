"""Reading a bundle's members within bounds: small ones into memory, sealed files as streams, never more than is there.

Members are stored uncompressed, so that reading costs no more than the file is long.
"""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tendering.bundle.container import BadContainer, Placed, read
from verifier.machine import scratch

BUFFER = 1 << 20
MOST_IN_MEMORY = 64 << 20  # of one member other than sealed files and leaves


class TooLarge(ValueError):
    """A member is larger than what its kind may be."""


@dataclass(frozen=True)
class Digest:
    """What was found over a member's contents."""

    size: int
    sha256: str
    crc_holds: bool


@dataclass
class Archive:
    """An opened bundle; `fault` says why it is no container, then there are no members."""

    file: BinaryIO
    members: dict[str, Placed] = field(default_factory=dict)
    fault: str = ""

    def names(self) -> list[str]:
        """The members' names as they stand in the file."""
        return list(self.members)

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a member's contents in blocks. :raises KeyError: there is no such member"""
        placed = self.members[name]
        at, left = placed.offset, placed.entry.size
        while left:
            self.file.seek(at)
            block = self.file.read(min(BUFFER, left))
            if not block:
                return
            yield block
            at, left = at + len(block), left - len(block)

    def read(self, name: str, most: int = MOST_IN_MEMORY) -> bytes:
        """Return a member's contents. :raises TooLarge: more than `most` bytes :raises KeyError: no such member"""
        size = self.members[name].entry.size
        if size > most:
            raise TooLarge(f"{name} has {size} bytes, more than {most}")
        return b"".join(self.blocks(name))

    def digest(self, name: str) -> Digest:
        """Hash a member's contents."""
        hashed, crc, size = hashlib.sha256(), 0, 0
        for block in self.blocks(name):
            hashed.update(block)
            crc = zlib.crc32(block, crc)
            size += len(block)
        return Digest(size, hashed.hexdigest(), crc == self.members[name].entry.crc)

    @contextmanager
    def extracted(self, name: str) -> Iterator[Path]:
        """Hold a member as a file of its own, in a folder that is gone afterwards."""
        with scratch() as folder:
            path = folder / "member"
            with path.open("wb") as out:
                for block in self.blocks(name):
                    out.write(block)
            yield path


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a bundle. :raises OSError: the file cannot be read"""
    with path.open("rb") as file:
        yield _read(file, path.stat().st_size)


def _read(file: BinaryIO, size: int) -> Archive:
    try:
        return Archive(file, {one.entry.name: one for one in read(file, size)})
    except BadContainer as error:
        return Archive(file, fault=str(error))
