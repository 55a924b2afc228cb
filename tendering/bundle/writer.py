"""Writing a bundle as a stream: each member is read once, hashed as it is written; memory is one buffer.

The file must be seekable: a member's checksum is put into its header once the member has passed.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sealing import canonical
from tendering.bundle import form
from tendering.bundle.container import Entry, directory, local_header

BUFFER = 1 << 20


class MemberChanged(RuntimeError):
    """A file was another length at its end than at its beginning: the export is not to be used."""


class BundleWriter:
    """One bundle being written: `add` and `add_file` in any order, then `finish` once."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._entries: list[Entry] = []
        self._listed: list[dict[str, Any]] = []

    def add(self, name: str, data: bytes) -> None:
        """Write a member that is held in memory."""
        self._write(name, [data], len(data))

    def add_file(self, name: str, path: Path) -> None:
        """Write a file as a member, block by block.

        :raises FileNotFoundError: it is not there
        :raises MemberChanged: its length changed meanwhile
        """
        with path.open("rb") as file:
            size = path.stat().st_size
            self._write(name, iter(lambda: file.read(BUFFER), b""), size)

    def add_stream(self, name: str, blocks: Iterable[bytes], size: int) -> None:
        """Write a member of a known size from blocks. :raises MemberChanged: they are not that long together"""
        self._write(name, blocks, size)

    def finish(self, body: Mapping[str, Any], sign: Callable[[str], str]) -> None:
        """Write `bundle.json` and the directory; `sign` makes the signed note of a text."""
        whole = {**body, "members": sorted(self._listed, key=lambda row: str(row["name"]))}
        index = {"body": whole, "note": sign(form.signed_text(whole))}
        self._write(form.INDEX, [data := canonical.dumps(index)], len(data))
        self._out.write(directory(self._entries))
        self._out.flush()

    def _write(self, name: str, blocks: Iterable[bytes], size: int) -> None:
        start = self._out.tell()
        self._out.write(local_header(Entry(name, size, 0)))
        hashed, crc, written = hashlib.sha256(), 0, 0
        for block in blocks:
            hashed.update(block)
            crc = zlib.crc32(block, crc)
            written += self._out.write(block)
        if written != size:
            raise MemberChanged(name)
        end = self._out.tell()
        entry = Entry(name, size, crc)
        self._out.seek(start)
        self._out.write(local_header(entry))
        self._out.seek(end)
        self._entries.append(entry)
        if name != form.INDEX:
            self._listed.append({"name": name, "size": size, "sha256": hashed.hexdigest()})
