"""Small files of the agent's home: read with a clear word when they are missing, replaced whole, wiped at the end."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from sealing.writing import flush, write_all

WIPES = 2  # passes of random bytes; more adds nothing on the disks of today


class NoHome(Exception):
    """The folder lacks something the agent cannot work without, or others may read what is secret."""


def text(path: Path) -> str:
    """Return an ASCII file without its line end. :raises NoHome: it is missing, or not ASCII"""
    try:
        return path.read_bytes().decode("ascii").strip()
    except FileNotFoundError as error:
        raise NoHome(f"{path} is missing") from error
    except UnicodeDecodeError as error:
        raise NoHome(f"{path} is not plain ASCII: {error}") from error


def secret_line(path: Path) -> str:
    """Return a passphrase or PIN: the file without the line ends at its end; every other character counts.

    :raises NoHome: it is not UTF-8
    """
    try:
        return path.read_bytes().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise NoHome(f"{path} is not UTF-8") from error  # without the error's words: they show a part of the secret


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, empty where there is no file yet.

    :raises NoHome: it is not JSON, or no object
    """
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise NoHome(f"{path} is damaged: {error}") from error
    if not isinstance(loaded, dict):
        raise NoHome(f"{path} is damaged: it holds no object")
    return loaded


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file whole; on return it is flushed with its name, and a power cut before leaves the old or the new."""
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    flush(path.parent)


def private(path: Path) -> Path:
    """Return the path when nobody but its owner may read it. :raises NoHome: others may"""
    if path.exists() and path.stat().st_mode & 0o077:
        raise NoHome(f"{path} may be read by others: chmod 600 {path}")
    return path


def wipe(path: Path) -> None:
    """Overwrite a file in place with random bytes and remove it. What a disk or a backup kept of it is not reached."""
    if not path.exists():
        return
    length = path.stat().st_size
    with path.open("r+b", buffering=0) as out:
        for _ in range(WIPES):
            out.seek(0)
            write_all(out.write, secrets.token_bytes(length))
            os.fsync(out.fileno())
        out.truncate(0)
        os.fsync(out.fileno())
    path.unlink()
