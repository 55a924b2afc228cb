"""Where ciphertext lies: uploads being filled, and sealed bids under their digest. Lengths are bytes.

A chunk is written once at its final offset, its leaf hash beside it; what the store hands out is ciphertext, never a
key. Files are flushed before a row may say that they are there; what the disk did not take in whole is not there. No
clock, no database.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from sealing.header import Header
from sealing.padding import CHUNK
from sealing.trailer import leaf_of
from sealing.writing import flush, write_all
from suites.protocol import Buffer
from tendering.full_disk import told_when_full
from tendering.refusals import PlatformFull

MAGIC = b"BIDSEAL\x01"
LENGTH = 4  # the lengths of header and trailer are u32
LEAF = 32
_NOT_RECEIVED = bytes(LEAF)
_FREE_RESERVE = 64 * CHUNK  # the disk is never filled to the last byte by uploads


class ChunkRefused(Exception):
    """A chunk cannot be stored; `check` is the name of the failed check, `reason` an English sentence."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check, self.reason = check, reason


def offset_of(header: Header, number: int) -> int:
    """Return where chunk `number` (from 0) begins in the sealed file."""
    return len(MAGIC) + LENGTH + len(header.raw) + number * (CHUNK + header.suite.tag_length)


def size_of(header: Header, trailer: bytes) -> int:
    """Return how long the whole sealed file is."""
    return offset_of(header, 0) + header.body_length + len(trailer) + LENGTH


def part_path(upload_id: UUID) -> Path:
    """Return where an upload's file is being filled."""
    return Path(settings.UPLOAD_ROOT) / f"{upload_id}.part"


def _leaves_path(upload_id: UUID) -> Path:
    return Path(settings.UPLOAD_ROOT) / f"{upload_id}.leaves"


def sealed_path(lot_code: str, bid_digest: str) -> Path:
    """Return where a complete sealed bid lies, whether it is there or not."""
    return Path(settings.SEALED_ROOT) / lot_code / f"{bid_digest}.bid"


def is_lost(lot_code: str, bid_digest: str) -> bool:
    """Whether a receipted file is not there, though its lot's folder is, which `keep` made before any receipt.

    Without the folder it is the store that is away (not mounted, not restored yet): nothing is said of the bid.
    """
    path = sealed_path(lot_code, bid_digest)
    return path.parent.is_dir() and not path.exists()


def has_room(length: int) -> bool:
    """Whether the disk holds so many bytes more and the reserve is still left."""
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return shutil.disk_usage(root).free > length + _FREE_RESERVE


def begin(upload_id: UUID, header: Header) -> None:
    """Make the two files of an upload: the sealed file with its header, and as many empty leaves as chunks.

    :raises PlatformFull: the disk is full; neither file is left
    """
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    start = MAGIC + len(header.raw).to_bytes(LENGTH, "big") + header.raw
    try:
        with told_when_full():
            for path, data in ((part_path(upload_id), start), (_leaves_path(upload_id), bytes(header.count * LEAF))):
                with _fresh(path) as out:
                    _put(out, data, at=0)
                    os.fsync(out)
            flush(root)
    except PlatformFull:
        clear(upload_id)
        raise


def begin_again_where_gone(upload_id: UUID, header: Header) -> None:
    """Make the files of an upload anew where they are not (a restored backup has none): all chunks are missing then.

    :raises PlatformFull: the disk is full
    """
    wanted = ((part_path(upload_id), offset_of(header, 0)), (_leaves_path(upload_id), header.count * LEAF))
    if not all(path.is_file() and path.stat().st_size >= least for path, least in wanted):
        begin(upload_id, header)


def _put(handle: int, data: Buffer, *, at: int) -> None:
    os.lseek(handle, at, os.SEEK_SET)
    write_all(partial(os.write, handle), data)


@contextmanager
def _fresh(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def held(upload_id: UUID) -> Iterator[int]:
    """Hold an upload alone, across threads and processes; yield the descriptor of its leaves.

    :raises FileNotFoundError: the upload's files are gone (completed, or cleared away)
    """
    handle = os.open(_leaves_path(upload_id), os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def write_chunk(upload_id: UUID, header: Header, number: int, *, chunk: bytes, leaf: bytes) -> bool:
    """Store one chunk at its place; False when it was there already. A chunk once stored is never altered.

    :raises ChunkRefused: wrong number, length or leaf, or another chunk of this number was stored before
    :raises FileNotFoundError: the upload's files are gone
    :raises PlatformFull: the disk is full; the chunk counts as missing
    """
    if not 0 <= number < header.count:
        raise ChunkRefused("chunk_number", f"chunk {number} of {header.count}")
    if len(chunk) != header.chunk_length(number):
        raise ChunkRefused("chunk_length", f"{len(chunk)} bytes where {header.chunk_length(number)} belong")
    if leaf_of(header, chunk) != leaf:
        raise ChunkRefused("leaf", f"chunk {number} does not have this leaf hash")
    with held(upload_id) as leaves:
        stored = os.pread(leaves, LEAF, number * LEAF)
        if stored == leaf:
            return False
        if stored != _NOT_RECEIVED:
            raise ChunkRefused("chunk_differs", f"another chunk {number} was stored before")
        if not has_room(len(chunk)):  # the database writes to this disk as well, perhaps
            raise PlatformFull
        with told_when_full():
            with _opened(part_path(upload_id)) as part:
                _put(part, chunk, at=offset_of(header, number))
                os.fdatasync(part)  # before its leaf says so: what counts as received survives a power cut
            _put(leaves, leaf, at=number * LEAF)
    return True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR)
    try:
        yield handle
    finally:
        os.close(handle)


def leaves_of(upload_id: UUID) -> list[bytes]:
    """Return the leaf hashes in order, 32 zeros for a chunk that is missing; none when the files are gone."""
    try:
        data = _leaves_path(upload_id).read_bytes()
    except FileNotFoundError:
        return []
    return [data[place : place + LEAF] for place in range(0, len(data), LEAF)]


def received(upload_id: UUID) -> list[int]:
    """Return the numbers of the chunks on disk, ascending; none when the upload's files are gone."""
    return [number for number, leaf in enumerate(leaves_of(upload_id)) if leaf != _NOT_RECEIVED]


def write_trailer(upload_id: UUID, header: Header, trailer: bytes) -> Path:
    """Put the trailer behind the chunks, flush the file and return its path. Call it while the upload is held.

    :raises PlatformFull: the disk is full; the chunks stand
    """
    path, end = part_path(upload_id), offset_of(header, 0) + header.body_length
    with told_when_full(), _opened(path) as part:
        os.ftruncate(part, end)
        _put(part, trailer + len(trailer).to_bytes(LENGTH, "big"), at=end)
        os.fsync(part)
    return path


def keep(upload_id: UUID, lot_code: str, bid_digest: str) -> Path:
    """Give a finished and flushed upload its name in the store, atomically and durably; the upload stays until cleared.

    The same digest twice keeps the later file: hashes say that header and chunks are the same bytes.
    """
    target = sealed_path(lot_code, bid_digest)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{bid_digest}.{uuid4().hex}")
    os.link(part_path(upload_id), part)
    part.replace(target)
    flush(target.parent)
    flush(target.parent.parent)
    return target


def clear(upload_id: UUID) -> None:
    """Remove what is left of an upload; a sealed bid kept from it stays."""
    part_path(upload_id).unlink(missing_ok=True)
    _leaves_path(upload_id).unlink(missing_ok=True)


@contextmanager
def opening_of(lot_code: str, bid_digest: str) -> Iterator[Path]:
    """Hold the folder of one bid's contents against every other opener; yield OPENED_ROOT/<lot>/<bid_digest>."""
    root = Path(settings.OPENED_ROOT) / lot_code
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(root / f".{bid_digest}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield root / bid_digest
    finally:
        os.close(handle)
