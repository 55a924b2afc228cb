"""The agent's log: one JSON object a line on standard error and, where asked for, in a file that is rotated."""

import contextlib
import json
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from custodian import clock

LARGEST, KEPT = 10 * 1024 * 1024, 5  # bytes of a file, and how many older ones are kept
_files: list[RotatingFileHandler] = []


class _Private(RotatingFileHandler):
    """Files that only the owner may read."""

    def _open(self) -> Any:
        return os.fdopen(
            os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        )


def to_file(path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
    """Write every later line into a file as well; at `largest` bytes it is put aside, `kept` of those stay."""
    _files.append(_Private(path, maxBytes=largest, backupCount=kept, encoding="utf-8"))


def close() -> None:
    """Write to no file any more."""
    while _files:
        _files.pop().close()


def note(event: str, **facts: Any) -> None:
    """Write one line: when, what, and its facts. Never a share, a key, a PIN or a token.

    A line that the disk behind standard error does not take is lost: what is told of ends no loop.
    """
    line = json.dumps({"at": clock.now().isoformat(), "event": event, **facts}, ensure_ascii=False, default=str)
    with contextlib.suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    for file in _files:
        file.emit(logging.LogRecord("custodian", logging.INFO, "", 0, line, None, None))
