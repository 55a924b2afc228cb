"""The witness's home folder: its key, the pinned key of the log, the last checkpoint it cosigned, what it refused.

`witness.key` (0600, made at first use), `witness.pub` (its verifier key), `log-key`, `token` (given at registration),
`checkpoint` (the last cosigned note), `split-views/` (a JSON file each refusal; a home with any cosigns nothing more),
`lock` (held by the one process that works with it).
"""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodian.files import NoHome, write_atomically
from custodian.handed import bearer_of, log_key_in
from ledger import cosignatures, notes

KEY, PUBLIC, LOG_KEY, TOKEN, CHECKPOINT, SPLITS, LOCK = (
    *("witness.key", "witness.pub", "log-key", "token", "checkpoint", "split-views", "lock"),
)


class HomeInUse(NoHome):
    """Another process works with the home: together they could cosign both sides of a split."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other process out of a home while the block runs; the system opens it again when this one dies.

    :raises HomeInUse: another is in it
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUse(f"another process works with {folder}") from error
        yield


class WitnessHome:
    """The folder; nothing is kept in memory that must survive."""

    def __init__(self, folder: Path, *, name: str = "") -> None:
        """Open the home, making key and folder at first use under the name that signature lines will carry.

        :raises NoHome: no name for a new key, another name than the key's, or a damaged key
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        if not (folder / KEY).exists():
            self._make(name)
        self.verifier = self._text(PUBLIC)
        try:
            self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(self._text(KEY), validate=True))
            self.name, public = notes.parsed_key(self.verifier, cosignatures.COSIGNATURE)
        except (ValueError, binascii.Error) as error:
            raise NoHome(f"{folder / KEY} or {PUBLIC} is damaged") from error
        if public != notes.public_bytes(self.key.public_key()) or name not in ("", self.name):
            raise NoHome(f"{folder / KEY} is not the key of {name or self.name}")

    @property
    def token(self) -> str:
        """The bearer token, empty before registration. :raises NoHome: it cannot stand in an HTTP header"""
        token = self._text(TOKEN)
        return bearer_of(token, self.folder / TOKEN) if token else ""

    @property
    def log_key(self) -> str:
        """The pinned key of the log, empty before the first contact. :raises NoHome: the file holds none"""
        return log_key_in(self.folder / LOG_KEY) if self._text(LOG_KEY) else ""

    def pin(self, verifier: str) -> None:
        """Pin the log's key. :raises ledger.notes.BadNote: it is none :raises NoHome: another is pinned already"""
        notes.parsed_key(verifier)
        if self.log_key not in ("", verifier):
            raise NoHome(f"another log key is pinned in {self.folder / LOG_KEY}")
        write_atomically(self.folder / LOG_KEY, f"{verifier}\n".encode())

    @property
    def last(self) -> str:
        """The last note cosigned, with the own line; empty before the first."""
        return self._text(CHECKPOINT, strip=False)

    def keep(self, note: str, *, after: str) -> None:
        """Keep a cosigned note on disk; only then may it be published. `after` is the last one it was judged by.

        :raises HomeInUse: the last one is another by now
        """
        if self.last != after or self.splits():
            raise HomeInUse(f"{self.folder / CHECKPOINT} was written by another process meanwhile")
        write_atomically(self.folder / CHECKPOINT, note.encode())

    def record_split(self, facts: Mapping[str, Any]) -> Path:
        """Keep the two signed heads that do not fit, and why; the same again is kept once."""
        folder = self.folder / SPLITS
        folder.mkdir(exist_ok=True, mode=0o700)
        data = json.dumps(dict(facts), ensure_ascii=False, indent=1, sort_keys=True).encode()
        known = sorted(folder.glob("*.json"))
        found = next((path for path in known if path.read_bytes() == data), None)
        path = found or folder / f"{len(known):04d}.json"
        write_atomically(path, data)
        return path

    def splits(self) -> list[dict[str, Any]]:
        """Return every recorded refusal, in order."""
        return [json.loads(path.read_text("utf-8")) for path in sorted((self.folder / SPLITS).glob("*.json"))]

    def _make(self, name: str) -> None:
        if not name or "+" in name or any(character.isspace() for character in name):
            raise NoHome("a new witness needs --name NAME, without blanks and plus signs")
        key = Ed25519PrivateKey.generate()
        handle = os.open(self.folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        write_atomically(self.folder / PUBLIC, f"{cosignatures.verifier_key(name, key)}\n".encode())

    def _text(self, name: str, *, strip: bool = True) -> str:
        """Return a file of the home, empty where there is none. :raises NoHome: it is not UTF-8"""
        try:
            text = (self.folder / name).read_text("utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise NoHome(f"{self.folder / name} is damaged: {error}") from error
        return text.strip() if strip else text
