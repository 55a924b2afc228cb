"""The agent's home folder: its key, its token, the pinned root, and what it remembers of the log.

`<name>.key` (0600), `token`, `root.pem`, `log-key` (optional pin of the log's verifier key), `memory.json`, `leaves`.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealing.keys import OwnKeys, load_keys
from suites.certificates import from_pem


class NoHome(Exception):
    """The folder lacks something the agent cannot work without."""


@dataclass(frozen=True)
class Home:
    """What the agent starts with; `roots` are DER, `pinned_log` "" where the log's key is learnt at first contact."""

    folder: Path
    keys: OwnKeys
    token: str
    roots: tuple[bytes, ...]
    pinned_log: str


def read_home(folder: Path, *, passphrase: str | None = None) -> Home:
    """Read the home.

    :raises NoHome: no key or several, no token, or no pinned root
    :raises suites.Refused: the key file cannot be used
    """
    found = sorted(folder.glob("*.key"))
    if len(found) != 1:
        raise NoHome(f"{folder} must hold exactly one .key file, not {len(found)}")
    keys = load_keys(found[0], passphrase=passphrase)
    token, root = _text(folder / "token"), _text(folder / "root.pem")
    pin = folder / "log-key"
    pinned = pin.read_text("ascii").strip() if pin.exists() else ""
    return Home(folder, keys, token, tuple(from_pem(root.encode("ascii"))), pinned)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError as error:
        raise NoHome(f"{path} is missing") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file whole, flushed to disk: after a power cut it is the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, empty where there is no file yet."""
    try:
        loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return loaded
