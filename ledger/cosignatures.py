"""Cosignatures of witnesses in the C2SP form (c2sp.org/tlog-cosignature, Ed25519 v1). No Django, no clock.

A witness signs `cosignature/v1\\ntime SECONDS\\n` before the checkpoint's text; its line is
`— NAME base64(key id ‖ u64 SECONDS ‖ signature)`, added to the note. Times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger import notes
from suites.base64_text import from_base64, to_base64

COSIGNATURE = b"\x04"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH = 4 + 8 + 64


@dataclass(frozen=True)
class Cosigned:
    """That the witness `name` saw the checkpoint at `at` and found that it extends all it had seen before."""

    name: str
    at: datetime


def verifier_key(name: str, key: Ed25519PrivateKey) -> str:
    """Return a witness's key as people pin it."""
    return notes.verifier_key(name, notes.public_bytes(key.public_key()), COSIGNATURE)


def cosigned(text: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """Return the signature line of a witness over a checkpoint's text (without line break)."""
    seconds = (at - EPOCH) // timedelta(seconds=1)
    signature = key.sign(_message(text, seconds))
    marked = notes.key_id(name, notes.public_bytes(key.public_key()), COSIGNATURE)
    return f"— {name} {to_base64(marked + seconds.to_bytes(8, 'big') + signature)}"


def verified(line: str, text: str, verifier: str) -> Cosigned:
    """Return what a signature line says, signed by the key `verifier` over this checkpoint's text.

    :raises ledger.notes.BadNote: it is another's line, malformed, or the signature is wrong
    """
    name, public = notes.parsed_key(verifier, COSIGNATURE)
    start = f"— {name} "
    if not line.startswith(start):
        raise notes.BadNote(f"not a signature line of {name}")
    try:
        marked = from_base64(line.removeprefix(start))
    except ValueError as error:
        raise notes.BadNote("a signature that is not base64") from error
    if len(marked) != _LENGTH or marked[:4] != notes.key_id(name, public, COSIGNATURE):
        raise notes.BadNote(f"not a cosignature of {name}'s key")
    seconds = int.from_bytes(marked[4:12], "big")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(marked[12:], _message(text, seconds))
        return Cosigned(name, EPOCH + timedelta(seconds=seconds))
    except (InvalidSignature, OverflowError) as error:
        raise notes.BadNote(f"the cosignature of {name} is wrong") from error


def found(lines: Iterable[str], text: str, verifiers: Iterable[str]) -> list[Cosigned]:
    """Return the good cosignatures among the lines by these keys, each key once; others are passed over."""
    good: dict[str, Cosigned] = {}
    lines = list(lines)
    for verifier in verifiers:
        for line in lines:
            try:
                good[verifier] = verified(line, text, verifier)
            except notes.BadNote:
                continue
    return list(good.values())


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
