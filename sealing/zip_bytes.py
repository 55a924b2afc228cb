"""The bytes of the deterministic ZIP: every one follows from names, sizes and checksums. Pure; little-endian."""

import struct
from typing import NamedTuple

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _UTF8, _STORED, _TIME, _DATE = 20, 0x0800, 0, 0, 0x0021  # 1980-01-01
LOCAL_LENGTH, END_LENGTH, CENTRAL_LENGTH = _LOCAL.size, _END.size, _CENTRAL.size
LOCAL_MARK, CENTRAL_MARK = b"PK\x03\x04", b"PK\x01\x02"
MOST_DATA = (1 << 32) - 1
MOST_FILES = 4096


class Entry(NamedTuple):
    """A stored file: name, bytes, CRC-32."""

    name: str
    size: int
    crc: int


class LocalFields(NamedTuple):
    """What varies in a local header."""

    crc: int
    size: int
    name_length: int


def local_header(entry: Entry) -> bytes:
    """Return the local header of an entry with its name."""
    name = entry.name.encode()
    fixed = _LOCAL.pack(
        LOCAL_MARK, _VERSION, _UTF8, _STORED, _TIME, _DATE, entry.crc, entry.size, entry.size, len(name), 0
    )
    return fixed + name


def read_local(fixed: bytes) -> LocalFields:
    """Return what varies in the 30 fixed bytes of a local header; compare with `local_header` afterwards."""
    fields = _LOCAL.unpack(fixed)
    return LocalFields(crc=fields[6], size=fields[7], name_length=fields[9])


def directory(entries: list[Entry]) -> bytes:
    """Return the central directory and end record of entries in order."""
    rows, offset = [], 0
    for entry in entries:
        name = entry.name.encode()
        rows.append(
            _CENTRAL.pack(
                CENTRAL_MARK, _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DATE, entry.crc, entry.size, entry.size,
                len(name), 0, 0, 0, 0, 0, offset,
            )
            + name
        )  # fmt: skip
        offset += LOCAL_LENGTH + len(name) + entry.size
    whole = b"".join(rows)
    return whole + _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(whole), offset, 0)


def archive_length(entries: list[Entry]) -> int:
    """Return the length of the whole ZIP."""
    names = sum(len(entry.name.encode()) for entry in entries)
    contents = sum(entry.size for entry in entries)
    return contents + 2 * names + len(entries) * (LOCAL_LENGTH + CENTRAL_LENGTH) + END_LENGTH
