"""Anchor: a file that only grows, on other media or another machine. One line of canonical JSON a checkpoint.

A line is `{"at", "note", "previous"}`; `previous` is the SHA-256 of the line before, so that none can be taken out.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from ledger.anchors import AnchorFailed, AnchorInvalid, Receipt
from ledger.canonical import canonical, instant

NONE = "0" * 64


class FileAnchor:
    """The file at `path`, made at first use; flushed to the medium before `publish` returns."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def publish(self, note: str, *, at: datetime) -> Receipt:
        """Append a line and return `{"line", "sha256"}`: its number from 0, and its hash."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            with os.fdopen(handle, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                lines = _whole_lines(file)
                previous = hashlib.sha256(lines[-1]).hexdigest() if lines else NONE
                line = canonical({"at": instant(at), "note": note, "previous": previous})
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
                self._flush_name()
        except OSError as error:
            raise AnchorFailed(f"{self._path}: {error.strerror}") from error
        return {"line": len(lines), "sha256": hashlib.sha256(line).hexdigest()}

    def _flush_name(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def verify(self, note: str, receipt: Mapping[str, Any]) -> datetime:
        """Return the time in the line; every line up to it must lead to the next."""
        try:
            lines, number = self._path.read_bytes().splitlines(), int(receipt["line"])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise AnchorInvalid(f"the anchor file or its receipt cannot be read: {error}") from error
        if not 0 <= number < len(lines) or hashlib.sha256(lines[number]).hexdigest() != receipt.get("sha256"):
            raise AnchorInvalid(f"line {number} of the anchor file is another one or missing")
        return _checked(lines[: number + 1], note)


def _whole_lines(file: IO[bytes]) -> list[bytes]:
    """Return the lines; cut off a last one without its end, of which nobody was ever told (a full disk, a kill)."""
    written = file.read()
    whole = written[: written.rfind(b"\n") + 1]
    if len(whole) < len(written):
        file.truncate(len(whole))
    return whole.splitlines()


def _checked(lines: list[bytes], note: str) -> datetime:
    previous = NONE
    try:
        for number, line in enumerate(lines):
            told = json.loads(line)
            if told["previous"] != previous:
                raise AnchorInvalid(f"line {number} of the anchor file does not follow the one before")
            previous = hashlib.sha256(line).hexdigest()
        if told["note"] != note:
            raise AnchorInvalid("the line holds another checkpoint")
        return datetime.fromisoformat(told["at"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise AnchorInvalid("a line of the anchor file is malformed") from error
