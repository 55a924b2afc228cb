"""Packing a file or folder into the deterministic ZIP: first lengths, checksums and hashes, then the bytes as a stream.

Memory is one buffer. A file that changes between the two passes is refused.
"""

import os
import stat
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sealing.canonical import Json
from sealing.lanes import in_order
from sealing.manifest import DEFAULT_ROLE, MOST_MANIFEST, ListedFile, is_role, write_manifest
from sealing.names import MANIFEST, check_name, check_names, shown
from sealing.padding import CHUNK, PREFIX, padded_length
from sealing.zip_bytes import MOST_DATA, MOST_FILES, Entry, archive_length, directory, local_header
from suites import Reason, Refused, Suite

_ZEROS = memoryview(bytes(CHUNK))
_PIECE = CHUNK
_LARGE = 4 * _PIECE  # bytes of a file from which a second thread pays


class _Piece(Protocol):
    """A part of the plaintext: fills room, and answers how much; 0 at its end."""

    def into(self, room: memoryview) -> int: ...


@dataclass(frozen=True)
class Plan:
    """An archive that was measured but not written: `paths` are by entry, after the manifest."""

    manifest: bytes
    entries: list[Entry]
    paths: list[Path]

    @property
    def length(self) -> int:
        """The bytes of the ZIP."""
        return archive_length(self.entries)


def plan_archive(
    source: Path,
    *,
    suite: Suite,
    fields: dict[str, Json] | None = None,
    roles: Mapping[str, str] | None = None,
    machine: dict[str, Json] | None = None,
) -> Plan:
    """Measure a file or a folder: the first of the two passes. `roles` is name → role, `machine` of `sealing.machine`.

    :raises Refused: `archive` (names, number, size, links), `manifest` (fields, roles, machine)
    :raises OSError: a folder or file cannot be read
    """
    found = files_in(source)
    wanted = dict(roles or {})
    if unknown := [name for name in wanted if name not in found]:
        raise Refused([Reason("manifest", f"a role is given to {name}, which is not there") for name in unknown])
    if bad := [name for name, role in wanted.items() if not is_role(role)]:
        raise Refused([Reason("manifest", f"the role of {name} has another form") for name in bad])
    measured = {name: _measure(path, suite) for name, path in found.items()}
    listed = [
        ListedFile(name, size, digest.hex(), wanted.get(name, DEFAULT_ROLE))
        for name, (size, _, digest) in measured.items()
    ]
    manifest = write_manifest(fields or {}, listed, machine)
    entries = [Entry(MANIFEST, len(manifest), zlib.crc32(manifest))]
    entries += [Entry(name, size, crc) for name, (size, crc, _) in measured.items()]
    if len(manifest) > MOST_MANIFEST or archive_length(entries) > MOST_DATA:
        raise Refused([Reason("archive", "the bid is larger than 4 GiB, or its manifest larger than 4 MiB")])
    return Plan(manifest, entries, list(found.values()))


class Plaintext:
    """The padded plaintext as a stream: u64 length, ZIP, zeros. It is read once."""

    def __init__(self, plan: Plan, envelope: str) -> None:
        self._pieces = _pieces(plan, envelope)
        self._piece: _Piece = next(self._pieces)

    def into(self, room: memoryview) -> int:
        """Fill the room and return its length, less at the end of the plaintext and 0 after it.

        :raises Refused: `archive`: a file changed since it was measured
        """
        filled = 0
        while filled < len(room):
            if count := self._piece.into(room[filled:]):
                filled += count
            elif (piece := next(self._pieces, None)) is None:
                break
            else:
                self._piece = piece
        return filled


class _File:
    """A file of the second pass: read into the chunk buffer, its length and checksum compared at the end."""

    def __init__(self, path: Path, entry: Entry) -> None:
        self.path, self.entry = path, entry
        self.file = path.open("rb", buffering=0)
        self.read, self.crc = 0, 0

    def into(self, room: memoryview) -> int:
        count = self.file.readinto(room) or 0
        self.crc = zlib.crc32(room[:count], self.crc)
        self.read += count
        if not count or self.read > self.entry.size:
            self.file.close()
            if (self.read, self.crc) != (self.entry.size, self.entry.crc):
                raise Refused([Reason("archive", f"{self.entry.name} changed while it was being sealed")])
        return count


def _pieces(plan: Plan, envelope: str) -> Iterator[_Piece]:
    """The plaintext's parts: length, entries, directory, zeros."""
    yield _BytesRun(plan.length.to_bytes(PREFIX, "big"))
    yield _BytesRun(local_header(plan.entries[0]) + plan.manifest)
    for entry, path in zip(plan.entries[1:], plan.paths, strict=True):
        yield _BytesRun(local_header(entry))
        yield _File(path, entry)
    yield _BytesRun(directory(plan.entries))
    yield _ZeroRun(padded_length(envelope, plan.length) - PREFIX - plan.length)


class _ZeroRun:
    def __init__(self, left: int) -> None:
        self.left = left

    def into(self, room: memoryview) -> int:
        count = min(len(room), self.left)
        room[:count] = _ZEROS[:count]
        self.left -= count
        return count


class _BytesRun:
    def __init__(self, data: bytes) -> None:
        self.left = memoryview(data)

    def into(self, room: memoryview) -> int:
        count = min(len(room), len(self.left))
        room[:count] = self.left[:count]
        self.left = self.left[count:]
        return count


def files_in(source: Path) -> dict[str, Path]:
    """Name → path of every file, sorted by the bytes of the name.

    :raises Refused: `archive`: names, number, links, and whatever else is neither a file nor a folder
    :raises OSError: a folder cannot be read: what lies in it is never left out silently
    """
    if source.is_symlink() or not (source.is_file() or source.is_dir()):
        raise Refused([Reason("archive", f"{shown(source.name)} is neither a file nor a folder")])
    found = {_inside(source.name): source} if source.is_file() else _walk(source)
    names = sorted(found, key=str.encode)
    each = ((name, check_name(name)) for name in names)
    if wrong := next((f"{name}: {why}" for name, why in each if why), "") or check_names(names):
        raise Refused([Reason("archive", wrong)])
    if not 1 <= len(names) < MOST_FILES:
        raise Refused([Reason("archive", f"{len(names)} files; 1 to {MOST_FILES - 1} can be sealed")])
    return {name: found[name] for name in names}


def _walk(source: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder, folders, files in os.walk(source, onerror=_stop):
        for name in [*folders, *files]:
            path = Path(folder) / name
            inside = _inside(path.relative_to(source).as_posix())
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise Refused([Reason("archive", f"{name} is a link")])
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):  # a pipe or a device: whoever reads it may wait for ever
                raise Refused([Reason("archive", f"{name} is neither a file nor a folder")])
            if inside in found:
                raise Refused([Reason("archive", f"{inside} stands twice in NFC")])
            found[inside] = path
    return found


def _stop(error: OSError) -> None:
    """`os.walk` would pass over a folder that it cannot read."""
    raise error


def _inside(name: str) -> str:
    """Return a name as the archive has it. :raises Refused: `archive`: it is not UTF-8"""
    if shown(name) != name:
        raise Refused([Reason("archive", f"the name '{shown(name)}' is not UTF-8: rename it")])
    return unicodedata.normalize("NFC", name)


def _measure(path: Path, suite: Suite) -> tuple[int, int, bytes]:
    """Size, CRC-32 and hash of a file. Both are taken of a piece at once, the hash by one other thread."""
    size, crc, running = 0, 0, suite.hasher()

    def feed(buffer: memoryview) -> memoryview | None:
        nonlocal size, crc
        count = file.readinto(buffer) or 0
        size += count
        crc = zlib.crc32(buffer[:count], crc)
        return buffer[:count] if count else None

    with path.open("rb", buffering=0) as file:
        buffers = [memoryview(bytearray(_PIECE)) for _ in range(2 if file.seek(0, os.SEEK_END) > _LARGE else 1)]
        file.seek(0)
        for _ in in_order(buffers, feed, lambda _, piece: running.update(piece)):
            pass
    return size, crc, running.digest()
