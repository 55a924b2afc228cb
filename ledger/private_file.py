"""Secret files of this machine: made once, mode 0600, whole or not at all."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the file's bytes, making it with `make` at first use; two processes starting at once get the same.

    :raises OSError: if the folder cannot be written
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(make())
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(part, path)  # whoever links first wins; the other reads the winner's
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_bytes()
