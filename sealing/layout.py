"""Where header, chunks and trailer lie in a sealed file, and every check that needs no key.

Reads through one buffer; nothing is allocated by a length that the file merely claims.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from sealing.checks import refuse
from sealing.header import LEAST, MOST_HEADER, Header, parse_header
from sealing.padding import CHUNK
from sealing.seal import MAGIC
from sealing.trailer import MOST_TRAILER, Detached, Trailer, check_trailer, parse_trailer
from suites import Reason, Refused
from suites.merkle import RunningRoot, leaf_hash

_START = len(MAGIC) + 4
_U32 = 4
_Part = TypeVar("_Part", Header, Trailer)


@dataclass(frozen=True)
class Layout:
    """A sealed file whose header and trailer were read: `chunks_at` is the offset of the first chunk."""

    path: Path
    detached: Detached
    chunks_at: int

    @property
    def header(self) -> Header:
        """The header."""
        return self.detached.header

    @property
    def trailer(self) -> Trailer:
        """The trailer."""
        return self.detached.trailer


def read_layout(path: Path) -> Layout:
    """Read header and trailer, and compare the file's length with what they demand.

    :raises Refused: `magic`, all checks of header and trailer, `file_length`
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header, found = _attempt(lambda: _header_of(file, size))
        trailer, more = _attempt(lambda: _trailer_of(file, size))
    if header is None:  # nothing is judged by a header that could not be read
        refuse(found)
    refuse(found + more + _length_reasons(header, trailer, size))
    assert header is not None and trailer is not None
    return Layout(path, Detached(header, trailer), _START + len(header.raw))


def structure_reasons(layout: Layout, *, roots: list[bytes] | None = None, root: bytes | None = None) -> list[Reason]:
    """Return every failed check that needs no key; `root` is computed from the chunks unless told."""
    return check_trailer(layout.header, layout.trailer, root=chunk_root(layout) if root is None else root, roots=roots)


def chunk_root(layout: Layout) -> bytes:
    """Return the root over the chunks as they lie in the file."""
    running = RunningRoot(layout.header.suite)
    for chunk in chunks_of(layout):
        running.add(leaf_hash(layout.header.suite, chunk))
    return running.root()


def chunks_of(layout: Layout) -> Iterator[memoryview]:
    """Yield every chunk with its tag; each view lives until the next.

    :raises Refused: `file_length`: the file was cut while it was read
    """
    header = layout.header
    buffer = memoryview(bytearray(CHUNK + header.suite.tag_length))
    with layout.path.open("rb", buffering=0) as file:
        file.seek(layout.chunks_at)
        for number in range(header.count):
            view = buffer[: header.chunk_length(number)]
            _fill(file.readinto, view)
            yield view


def _fill(read_into: Callable[[memoryview], int | None], view: memoryview) -> None:
    filled = 0
    while filled < len(view):
        count = read_into(view[filled:])
        if not count:
            raise Refused([Reason("file_length", "the file ends within a chunk")])
        filled += count


def _header_of(file: BinaryIO, size: int) -> Header:
    start = file.read(_START)
    if start[: len(MAGIC)] != MAGIC:
        raise Refused([Reason("magic", "this is not a sealed bid of format v1")])
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if len(start) < _START or not LEAST <= length <= MOST_HEADER or _START + length > size:
        raise Refused([Reason("header_size", f"the header's length {length} is out of bounds or beyond the file")])
    return parse_header(file.read(length))


def _trailer_of(file: BinaryIO, size: int) -> Trailer:
    if size < _START + _U32:
        raise Refused([Reason("trailer_size", "the file ends before a trailer")])
    file.seek(size - _U32)
    length = int.from_bytes(file.read(_U32), "big")
    if not LEAST <= length <= MOST_TRAILER or _START + length + _U32 > size:
        raise Refused([Reason("trailer_size", f"the trailer's length {length} is out of bounds or beyond the file")])
    file.seek(size - _U32 - length)
    return parse_trailer(file.read(length))


def _length_reasons(header: Header | None, trailer: Trailer | None, size: int) -> list[Reason]:
    if header is None or trailer is None:
        return []
    wanted = _START + len(header.raw) + header.body_length + len(trailer.raw) + _U32
    if size == wanted:
        return []
    return [Reason("file_length", f"the file has {size} bytes; header and trailer demand {wanted}")]


def _attempt(read: Callable[[], _Part]) -> tuple[_Part | None, list[Reason]]:
    """The part or the reasons why there is none, so that header and trailer are both reported."""
    try:
        return read(), []
    except Refused as refused:
        return None, refused.reasons
