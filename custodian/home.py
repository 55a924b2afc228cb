"""The agent's home folder: its key or the way to its token, its bearer token, the pinned root, what it remembers.

`<name>.key` (0600), or `<name>.pub` with `pkcs11.json` where a PKCS#11 token holds the keys; `token`, `root.pem`,
`log-key` (optional pin of the log's verifier key), `memory.json`, `leaves`; `destroyed.json` once the key is gone.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from custodian.files import NoHome, private, read_json, secret_line, text
from custodian.handed import bearer_of, log_key_in
from custodian.token_keys import open_token, read_pin, read_place
from sealing import canonical
from sealing.canonical import NotCanonical
from sealing.keys import OwnKeys, PublicKeys, load_keys, passphrase_in, read_public
from suites import Suite, Wrap
from suites.certificates import BadCertificate, from_pem

FILE, TOKEN = "file", "token"
DESTROYED, PASSPHRASE = "destroyed.json", "passphrase"


class Keys(Protocol):
    """A custodian's keys, wherever they are: it signs, and it opens wraps."""

    @property
    def public(self) -> PublicKeys: ...
    @property
    def suite(self) -> Suite: ...
    @property
    def kid(self) -> str: ...
    @property
    def certificates(self) -> tuple[bytes, ...]: ...

    def sign(self, message: bytes) -> bytes: ...
    def unwrap(self, context: bytes, wrap: Wrap) -> bytes: ...


class KeyDestroyed(NoHome):
    """The key was destroyed on purpose; nothing can be released with it any more. `statement` says so, signed."""

    def __init__(self, statement: dict[str, Any]) -> None:
        body = statement.get("body", {})
        super().__init__(f"the key {body.get('kid', '')} was destroyed at {body.get('at', '')}")
        self.statement = statement


@dataclass(frozen=True)
class Home:
    """What the agent starts with; `roots` are DER, `pinned_log` "" where the log's key is learnt at first contact."""

    folder: Path
    keys: Keys
    token: str
    roots: tuple[bytes, ...]
    pinned_log: str
    key_kind: str = FILE


def read_home(folder: Path, *, passphrase: str | None = None) -> Home:
    """Read the home.

    :raises KeyDestroyed: its key was destroyed
    :raises NoHome: no key or several, readable by others, no bearer token, no pinned root, or an unusable log-key
    :raises custodian.token_keys.TokenFailed: the PKCS#11 token does not answer, or holds other keys
    :raises suites.Refused: the key file cannot be used
    """
    if statement := read_json(folder / DESTROYED):
        raise KeyDestroyed(statement)
    keys, kind = read_keys(folder, passphrase=passphrase)
    token = bearer_of(text(folder / "token"), folder / "token")
    pin = folder / "log-key"
    pinned = log_key_in(pin) if pin.exists() else ""
    return Home(folder, keys, token, tuple(roots_in(folder / "root.pem")), pinned, kind)


def read_keys(folder: Path, *, passphrase: str | None = None) -> tuple[Keys, str]:
    """Return the keys of a home, and whether they are in a `file` or a `token`. Raises as `read_home` does."""
    place = read_place(folder)
    if place is not None:
        return open_token(read_pub(only(folder, "*.pub")), place, read_pin(folder)), TOKEN
    passphrase = passphrase if passphrase is not None else credential(PASSPHRASE)
    found: OwnKeys = load_keys(private(only(folder, "*.key")), passphrase=passphrase)
    return found, FILE


def roots_in(path: Path) -> list[bytes]:
    """Return the certificates of a file, DER. :raises NoHome: it is missing, or holds none"""
    try:
        return from_pem(path.read_bytes())
    except FileNotFoundError as error:
        raise NoHome(f"{path} is missing") from error
    except BadCertificate as error:
        raise NoHome(f"{path} is no certificate: {error}") from error


def read_pub(path: Path) -> PublicKeys:
    """Return the keys of a `.pub` file. :raises suites.Refused: they are not well formed"""
    try:
        return read_public(canonical.loads(path.read_bytes()))
    except NotCanonical as error:
        raise NoHome(f"{path}: {error}") from error


def only(folder: Path, pattern: str) -> Path:
    """Return the one file of this form. :raises NoHome: there is none, or several"""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise NoHome(f"{folder} must hold exactly one {pattern.removeprefix('*')} file, not {len(found)}")
    return found[0]


def passphrase_of(path: Path | None) -> str | None:
    """Return what a passphrase file holds, or None where no file is named. :raises suites.Refused: empty, not UTF-8"""
    return passphrase_in(path) if path is not None else None


def credential(name: str) -> str | None:
    """Return a credential that systemd handed to the service (`LoadCredential=`), or None. It may be empty.

    :raises NoHome: it is not UTF-8
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return secret_line(path) if path is not None and path.exists() else None
