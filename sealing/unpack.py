"""Unpacking the deterministic ZIP from a stream into a new folder, comparing every byte with what it must be.

Memory is one chunk and the manifest. Names are checked before anything is created; files are created exclusively.
"""

import zlib
from pathlib import Path
from typing import Protocol

from sealing.manifest import MOST_MANIFEST, Manifest, read_manifest
from sealing.names import MANIFEST, MOST_FOLDERS, TOO_MANY_FOLDERS, check_name, check_names, folders_of
from sealing.writing import write_all
from sealing.zip_bytes import (
    CENTRAL_MARK,
    LOCAL_LENGTH,
    LOCAL_MARK,
    MOST_DATA,
    MOST_FILES,
    Entry,
    directory,
    local_header,
    read_local,
)
from suites import Reason, Refused, Suite

_MOST_NAME = 1024


class Source(Protocol):
    """A stream of plaintext: `take` gives 1 to n bytes as a view valid until the next call."""

    left: int

    def take(self, most: int) -> memoryview: ...


class Unpacked:
    """What was unpacked: the manifest, and why the archive is refused."""

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.reasons: list[Reason] = []


def unpack(source: Source, folder: Path, *, suite: Suite) -> Unpacked:
    """Unpack a ZIP that spans the whole source. Reasons are gathered; the folder may be half filled then."""
    done = Unpacked()
    try:
        entries, found = _entries(source, folder, suite, done)
    except _Broken as broken:
        done.reasons.append(Reason("archive", str(broken)))
        return done
    if done.manifest is not None and not done.reasons:
        wanted = [(file.name, file.size, file.hash) for file in done.manifest.files]
        if wanted != found:
            done.reasons.append(Reason("manifest", "the manifest does not describe the files"))
    if wrong := check_names([entry.name for entry in entries[1:]]):
        done.reasons.append(Reason("archive", wrong))
    return done


class _Broken(Exception):
    """The archive cannot be read further."""


def _entries(
    source: Source, folder: Path, suite: Suite, done: Unpacked
) -> tuple[list[Entry], list[tuple[str, int, str]]]:
    """Read every entry, then compare the directory."""
    if source.left > MOST_DATA:  # the directory has no room for such offsets
        raise _Broken("the archive has 4 GiB or more")
    entries: list[Entry] = []
    found: list[tuple[str, int, str]] = []
    folders: set[str] = set()
    while (mark := _exactly(source, 4)) == LOCAL_MARK:
        entry = _local(source, entries)
        if not entries:
            done.manifest = _manifest(source, folder, entry, done)
        else:
            folders.update(folders_of(entry.name))
            if len(folders) > MOST_FOLDERS:
                raise _Broken(TOO_MANY_FOLDERS)
            found.append((entry.name, entry.size, _file(source, folder, entry, suite)))
        entries.append(entry)
    if mark != CENTRAL_MARK or not entries:
        raise _Broken("an entry begins with another mark")
    wanted = directory(entries)
    if source.left != len(wanted) - 4 or _exactly(source, source.left) != wanted[4:]:
        raise _Broken("the directory is not the one that the entries give")
    return entries, found


def _local(source: Source, before: list[Entry]) -> Entry:
    """Read a local header after its mark; the name must be fine and follow the one before."""
    fixed = LOCAL_MARK + _exactly(source, LOCAL_LENGTH - 4)
    fields = read_local(fixed)
    if fields.name_length > _MOST_NAME or len(before) >= MOST_FILES:
        raise _Broken("a name is too long, or there are too many files")
    raw = _exactly(source, fields.name_length)
    try:
        entry = Entry(raw.decode(), fields.size, fields.crc)
    except UnicodeDecodeError as error:
        raise _Broken("a name is not UTF-8") from error
    if local_header(entry) != fixed + raw or entry.size > source.left:
        raise _Broken("a local header has other bytes than it must")
    if wrong := check_name(entry.name):
        raise _Broken(wrong)
    if not before and entry.name != MANIFEST:
        raise _Broken("the manifest is not the first file")
    unsorted = len(before) > 1 and entry.name.encode() <= before[-1].name.encode()
    if unsorted or (before and entry.name == MANIFEST):
        raise _Broken("the names are not sorted, or one stands twice")
    return entry


def _manifest(source: Source, folder: Path, entry: Entry, done: Unpacked) -> Manifest | None:
    if entry.size > MOST_MANIFEST:
        raise _Broken("the manifest is larger than 4 MiB")
    data = _exactly(source, entry.size)
    if zlib.crc32(data) != entry.crc:
        raise _Broken("the manifest has another checksum")
    (folder / MANIFEST).write_bytes(data)
    try:
        return read_manifest(data)
    except Refused as refused:
        done.reasons += refused.reasons
        return None


def _file(source: Source, folder: Path, entry: Entry, suite: Suite) -> str:
    """Write one file; returns its hash, hex."""
    path = folder / entry.name
    running, crc, left = suite.hasher(), 0, entry.size
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb", buffering=0) as file:
            while left:
                piece = source.take(left)
                running.update(piece)
                crc = zlib.crc32(piece, crc)
                write_all(file.write, piece)
                left -= len(piece)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise _Broken("a name is both a file and a folder") from error
    if crc != entry.crc:
        raise _Broken(f"{entry.name} has another checksum")
    return running.digest().hex()


def _exactly(source: Source, count: int) -> bytes:
    if count > source.left:
        raise _Broken("the archive ends too early")
    parts = bytearray()
    while len(parts) < count:
        parts += source.take(count - len(parts))
    return bytes(parts)
