"""Where header, chunks and trailer lie in a sealed file, and every check that needs no key.

Reads through one buffer a lane; nothing is allocated by a length that the file merely claims.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

from sealing.checks import refuse
from sealing.header import LEAST, MOST_HEADER, Header, parse_header
from sealing.lanes import in_order, lanes_for
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
    running, numbers = RunningRoot(layout.header.suite), iter(range(layout.header.count))
    with ExitStack() as stack:
        readers = [stack.enter_context(ChunkReader(layout)) for _ in range(lanes_for(layout.header.count))]
        leaves = in_order(readers, lambda _: next(numbers, None), ChunkReader.leaf)
        for leaf in stack.enter_context(closing(leaves)):
            running.add(leaf)
    return running.root()


def chunks_of(layout: Layout) -> Iterator[memoryview]:
    """Yield every chunk with its tag; each view lives until the next.

    :raises Refused: `file_length`: the file was cut while it was read
    """
    with ChunkReader(layout) as reader:
        for number in range(layout.header.count):
            yield reader.read(number)


class ChunkReader:
    """Reads chunks of a sealed file through a handle and a buffer of its own, so that each lane has one."""

    def __init__(self, layout: Layout) -> None:
        self._header, self._at = layout.header, layout.chunks_at
        self._buffer = memoryview(bytearray(self._header.chunk_length(0)))
        self._file = layout.path.open("rb", buffering=0)

    def read(self, number: int) -> memoryview:
        """Return a chunk with its tag in a buffer that the next call overwrites.

        :raises Refused: `file_length`: the file was cut while it was read
        """
        self._file.seek(self._at + number * (CHUNK + self._header.suite.tag_length))
        view = self._buffer[: self._header.chunk_length(number)]
        _fill(self._file.readinto, view)
        return view

    def leaf(self, number: int) -> bytes:
        """Return the leaf hash of a chunk. :raises Refused: as `read`"""
        return leaf_hash(self._header.suite, self.read(number))

    def close(self) -> None:
        """Close the handle."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
