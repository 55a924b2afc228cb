"""What lies beside the roots under CA_HOME: outside roots that are trusted, and certificates issued to requests.

`trusted/<sha256>.pem` an outside root, `<sha256>.crl` its last revocation list (PEM); `issued/<serial>.pem` a
certificate issued to a PKCS#10 request, `<serial>.revoked` since when and why. Keys of organisations that people
registered are rows of the database instead.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings

from sealing.writing import flush
from suites.certificates import RevokedCertificate, facts_of, from_pem, load, to_pem
from suites.revocation import BadCrl, crls_from_pem

TRUSTED, ISSUED = "trusted", "issued"


@dataclass(frozen=True)
class OutsideRoot:
    """A root of somebody else: certificate and revocation lists, DER; `fingerprint` is hex SHA-256."""

    fingerprint: str
    certificate: bytes
    crls: tuple[bytes, ...]


def fingerprint(der: bytes) -> str:
    """Return hex SHA-256 of a certificate: what people compare."""
    return hashlib.sha256(der).hexdigest()


def trust(root: bytes, crls: bytes) -> OutsideRoot:
    """Trust an outside root (DER) from now on, with its revocation lists (PEM); again: with newer lists."""
    name = fingerprint(root)
    _write(_folder(TRUSTED) / f"{name}.pem", to_pem(root))
    _write(_folder(TRUSTED) / f"{name}.crl", crls)
    return OutsideRoot(name, root, tuple(crls_from_pem(crls)))


def outside_roots() -> list[OutsideRoot]:
    """Return the outside roots that are trusted, by fingerprint."""
    return [
        OutsideRoot(path.stem, from_pem(path.read_bytes())[0], tuple(crls_from_pem(_lists(path).read_bytes())))
        for path in sorted(_folder(TRUSTED).glob("*.pem"))
        if _lists(path).exists()
    ]


def keep_issued(der: bytes) -> str:
    """Keep a certificate that was issued to a request; returns its serial number in hex."""
    serial = f"{facts_of(der).serial:x}"
    _write(_folder(ISSUED) / f"{serial}.pem", to_pem(der))
    return serial


def issued() -> Iterator[tuple[str, bytes, RevokedCertificate | None]]:
    """Yield serial in hex, DER and revocation of every certificate issued to a request."""
    for path in sorted(_folder(ISSUED).glob("*.pem")):
        yield path.stem, from_pem(path.read_bytes())[0], _revocation(path)


def revoke_issued(serial: str, *, reason: x509.ReasonFlags, at: datetime) -> bool:
    """Revoke a certificate issued to a request; False where there is none in force."""
    path = _folder(ISSUED) / f"{serial}.pem"
    if not serial.isalnum() or not path.exists() or _revocation(path) is not None:
        return False
    _write(path.with_suffix(".revoked"), json.dumps({"at": at.isoformat(), "reason": reason.name}).encode())
    return True


def revoked_by(root: bytes) -> list[RevokedCertificate]:
    """Return the entries for the revocation list of a root (DER)."""
    name = load(root).subject
    return [row for _, der, row in issued() if row is not None and load(der).issuer == name]


@contextmanager
def new_file(path: Path, *, mode: int = 0o666) -> Iterator[Callable[[str], None]]:
    """Make a file for what cannot be had twice before the work is done, and hold what writes it; gone if that fails.

    :raises FileExistsError: nothing is written over
    :raises OSError: there can be no such file
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:

            def write(text: str) -> None:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())

            yield write
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def publish_crl(path: Path, pem: bytes) -> None:
    """Write a revocation list where people fetch it: it takes an older list's place whole, and no other file's.

    :raises BadCrl: what is there is no PEM revocation list
    :raises OSError: it cannot be read or written
    """
    path = path.resolve()  # behind a link, its target is what is published
    replaced = path.exists()
    if replaced:
        there = path.read_bytes() if path.is_file() else b""
        if b"-----BEGIN" not in there or len(crls_from_pem(there)) != there.count(b"-----BEGIN"):
            raise BadCrl("there is something else than revocation lists")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        part = Path(folder) / path.name
        part.write_bytes(pem)
        if replaced:
            part.chmod(path.stat().st_mode & 0o777)  # whoever could fetch the last one can fetch this one
        flush(part)
        part.replace(path)


def _revocation(path: Path) -> RevokedCertificate | None:
    mark = path.with_suffix(".revoked")
    if not mark.exists():
        return None
    told = json.loads(mark.read_bytes())
    return RevokedCertificate(int(path.stem, 16), datetime.fromisoformat(told["at"]), x509.ReasonFlags[told["reason"]])


def _lists(path: Path) -> Path:
    return path.with_suffix(".crl")


def _folder(name: str) -> Path:
    return Path(settings.CA_HOME) / name


def _write(path: Path, data: bytes) -> None:
    """Replace a file whole; only its owner reads it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
