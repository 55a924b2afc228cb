"""Signed notes and checkpoints in the C2SP form (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). No Django, no clock.

A checkpoint's text is three lines: origin, size, base64 root; and an extension line `sm3 BASE64` with the root of the
tree under SM3, so that one signature binds both. A signature line is `— NAME base64(key id ‖ signature)` with Ed25519
over the text; key id = the first four bytes of SHA-256(name ‖ "\\n" ‖ 0x01 ‖ public key).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from suites.base64_text import from_base64, to_base64

ED25519 = b"\x01"
SM3_LINE = "sm3 "


class BadNote(ValueError):
    """The note is malformed, or no signature of the wanted key is on it."""


@dataclass(frozen=True)
class Checkpoint:
    """A head of a log: `root` and `root_sm3` are 32 bytes over `size` leaves; the latter is empty without that tree."""

    origin: str
    size: int
    root: bytes
    root_sm3: bytes = b""

    @property
    def text(self) -> str:
        three = f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"
        return f"{three}{SM3_LINE}{to_base64(self.root_sm3)}\n" if self.root_sm3 else three


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_id(name: str, public: bytes, algorithm: bytes = ED25519) -> bytes:
    """Return the four bytes that name a key in a signature line; `algorithm` is its C2SP type."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + algorithm + public).digest()[:4]


def verifier_key(name: str, public: bytes, algorithm: bytes = ED25519) -> str:
    """Return the key as people pin it: `NAME+hex key id+base64(algorithm ‖ public key)`."""
    return f"{name}+{key_id(name, public, algorithm).hex()}+{to_base64(algorithm + public)}"


def parsed_key(verifier: str, algorithm: bytes = ED25519) -> tuple[str, bytes]:
    """Return name and public key of a pinned key of this type.

    :raises BadNote: if it is malformed or its key id is another
    """
    try:
        name, _, material = verifier.split("+", 2)
        decoded = from_base64(material)
    except ValueError as error:
        raise BadNote("not a verifier key") from error
    public = decoded[1:]
    if decoded[:1] != algorithm or len(public) != 32 or verifier_key(name, public, algorithm) != verifier:
        raise BadNote("not an Ed25519 verifier key of this type")
    return name, public


def signed(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note: the text, a blank line, one signature line."""
    marked = key_id(name, public_bytes(key.public_key())) + key.sign(text.encode("utf-8"))
    return f"{text}\n— {name} {to_base64(marked)}\n"


def verified_text(note: str, name: str, public: bytes) -> str:
    """Return the text of a note that the key signed; signatures of others are passed over.

    :raises BadNote: if it is malformed, or that key's signature is missing or wrong
    """
    text, mark, tail = note.rpartition("\n\n")
    if not mark or not tail.endswith("\n"):
        raise BadNote("not a signed note")
    text += "\n"
    for line in tail[:-1].split("\n"):
        if _signature_of(line, name, public, text):
            return text
    raise BadNote(f"not signed by {name}")


def verified_checkpoint(note: str, name: str, public: bytes) -> Checkpoint:
    """Return the checkpoint of a note signed by the log's key.

    :raises BadNote: as `verified_text`, or the text is not a checkpoint
    """
    return parsed_checkpoint(verified_text(note, name, public))


def parsed_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a text that has been verified. :raises BadNote: it is none in its canonical form"""
    try:
        origin, size, encoded, *further = text.removesuffix("\n").split("\n")
        roots = [encoded, *(line.removeprefix(SM3_LINE) for line in further)]
        checkpoint = Checkpoint(origin, int(size), *map(from_base64, roots))
    except (TypeError, ValueError) as error:
        raise BadNote("not a checkpoint") from error
    sizes = {len(checkpoint.root), len(checkpoint.root_sm3) or 32}
    if checkpoint.text != text or sizes != {32} or checkpoint.size < 0:
        raise BadNote("not a checkpoint in its canonical form")
    return checkpoint


def _signature_of(line: str, name: str, public: bytes, text: str) -> bool:
    """Whether the line is this key's right signature.

    :raises BadNote: if it is no signature line, or this key's but wrong
    """
    start = f"— {name} "
    if not line.startswith("— "):
        raise BadNote("not a signature line")
    if not line.startswith(start):
        return False
    try:
        marked = from_base64(line.removeprefix(start))
    except ValueError as error:
        raise BadNote("a signature that is not base64") from error
    if marked[:4] != key_id(name, public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(marked[4:], text.encode("utf-8"))
    except InvalidSignature as error:
        raise BadNote(f"the signature of {name} is wrong") from error
    return True
