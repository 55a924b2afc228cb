"""The bytes of a bundle's ZIP: stored members one after the other, every byte following from names, sizes, checksums.

Pure. A reader walks the local headers from the first byte and compares everything between and behind the contents with
what must stand there: nothing can hide in comments, gaps, second directories or behind the end. Nothing is compressed,
so that nothing can grow. ZIP64 forms appear exactly where a number does not fit (APPNOTE 4.4, 4.5.3). Little-endian.
"""

import struct
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_UTF8, _STORED, _TIME, _DATE = 0x0800, 0, 0, 0x0021  # 1980-01-01
_PLAIN_VERSION, _LARGE_VERSION = 20, 45
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_SIZE64, _EXTRA_HEAD = 8, 4
MOST_NAME = 200
MOST_MEMBERS = 60_000


class BadContainer(ValueError):
    """The file is not such a ZIP; the message says where it departs."""


class Entry(NamedTuple):
    """A stored member: name, bytes, CRC-32."""

    name: str
    size: int
    crc: int


class Placed(NamedTuple):
    """A member and where its contents begin."""

    entry: Entry
    offset: int


def _extra(numbers: Iterable[int]) -> bytes:
    """Return the ZIP64 field of the numbers that do not fit; nothing when all do."""
    body = b"".join(number.to_bytes(_SIZE64, "little") for number in numbers)
    return struct.pack("<HH", 1, len(body)) + body if body else b""


def local_header(entry: Entry) -> bytes:
    """Return the local header of a member with its name."""
    name, large = entry.name.encode(), entry.size >= _FULL32
    extra = _extra([entry.size, entry.size] if large else [])
    version, short = (_LARGE_VERSION, _FULL32) if large else (_PLAIN_VERSION, entry.size)
    fields = (version, _UTF8, _STORED, _TIME, _DATE, entry.crc, short, short, len(name), len(extra))
    return _LOCAL.pack(_LOCAL_MARK, *fields) + name + extra


def _central(entry: Entry, offset: int) -> bytes:
    large = [entry.size, entry.size] if entry.size >= _FULL32 else []
    extra = _extra([*large, *([offset] if offset >= _FULL32 else [])])
    version = _LARGE_VERSION if extra else _PLAIN_VERSION
    name, short = entry.name.encode(), min(entry.size, _FULL32)
    start = (version, version, _UTF8, _STORED, _TIME, _DATE, entry.crc, short, short)
    return _CENTRAL.pack(_CENTRAL_MARK, *start, len(name), len(extra), 0, 0, 0, 0, min(offset, _FULL32)) + name + extra


def directory(entries: Iterable[Entry]) -> bytes:
    """Return everything behind the last member: central directory, ZIP64 records where needed, end record."""
    rows, offset = [], 0
    for entry in entries:
        rows.append(_central(entry, offset))
        offset += len(local_header(entry)) + entry.size
    whole = b"".join(rows)
    count, size = len(rows), len(whole)
    if count >= _FULL16 or size >= _FULL32 or offset >= _FULL32:
        versions = (_LARGE_VERSION, _LARGE_VERSION, 0, 0)
        whole += _END64.pack(b"PK\x06\x06", _END64.size - 12, *versions, count, count, size, offset)
        whole += _LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    short = (min(count, _FULL16), min(count, _FULL16), min(size, _FULL32), min(offset, _FULL32))
    return whole + _END.pack(_END_MARK, 0, 0, *short, 0)


def read(file: BinaryIO, size: int) -> list[Placed]:
    """Return every member of a container of `size` bytes with its place; contents are not read, nor their checksums.

    :raises BadContainer: any byte outside the contents is another than it must be
    """
    found: list[Placed] = []
    at = 0
    while (mark := _at(file, at, len(_LOCAL_MARK))) == _LOCAL_MARK:
        if len(found) >= MOST_MEMBERS:
            raise BadContainer(f"more than {MOST_MEMBERS} members")
        placed = _member(file, at, size)
        found.append(placed)
        at = placed.offset + placed.entry.size
    if mark not in (_CENTRAL_MARK, _END_MARK):
        raise BadContainer(f"neither a member nor the directory begins at byte {at}")
    wanted = directory(placed.entry for placed in found)
    if size - at != len(wanted):
        raise BadContainer(f"{size - at} bytes behind the members, not {len(wanted)}")
    if _at(file, at, len(wanted)) != wanted:
        raise BadContainer("the directory is not the one that the members give")
    names = [placed.entry.name for placed in found]
    if len(set(names)) != len(names):
        raise BadContainer("a member stands twice")
    return found


def _member(file: BinaryIO, at: int, size: int) -> Placed:
    fields = _LOCAL.unpack(_exactly(file, at, _LOCAL.size))
    crc, short, name_length, extra_length = fields[6], fields[7], fields[9], fields[10]
    if name_length > MOST_NAME or extra_length not in (0, _EXTRA_HEAD + 2 * _SIZE64):
        raise BadContainer(f"the member at byte {at} has a name or extra field of another length")
    tail = _exactly(file, at + _LOCAL.size, name_length + extra_length)
    try:
        name = tail[:name_length].decode()
    except UnicodeDecodeError as error:
        raise BadContainer(f"the name of the member at byte {at} is not UTF-8") from error
    length = int.from_bytes(tail[-_SIZE64:], "little") if extra_length else short
    entry = Entry(name, length, crc)
    header = local_header(entry)
    if header != _exactly(file, at, len(header)) or len(header) != _LOCAL.size + len(tail):
        raise BadContainer(f"the header of {name!r} has other bytes than it must")
    if length > size - at - len(header):
        raise BadContainer(f"{name!r} is longer than the file")
    return Placed(entry, at + len(header))


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _exactly(file: BinaryIO, offset: int, length: int) -> bytes:
    data = _at(file, offset, length)
    if len(data) != length:
        raise BadContainer("the file ends too early")
    return data
