"""The hashes of an entry, from its parts. Pure: no Django, no clock.

`body` = canonical {kind, lot, role, payload, personal: {field: H(salt ‖ value)}} ·
`body_hash` = H(salt ‖ body) · `leaf` = H(0x00 ‖ canonical {index, at, body_hash}). H is SHA-256, and for the second
tree SM3 from the body upwards, so that neither hash rests on the other; salts are 32 bytes, all in hex. The hashes of
personal values are SHA-256 in both.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from ledger import tree
from ledger.canonical import Json, canonical, instant

AT, BODY_HASH, INDEX, END = '{"at":"', '","body_hash":"', '","index":', "}"  # what stands between the values of a face


def personal_hash(salt: str, value: str) -> str:
    """Return the hash that stands in the body for one personal value; it stays when the value is erased."""
    return hashlib.sha256(bytes.fromhex(salt) + value.encode("utf-8")).hexdigest()


def salted(salt: str, body: Mapping[str, Json]) -> bytes:
    """Return the bytes that a body's hashes are over: the salt, then the canonical body."""
    return bytes.fromhex(salt) + canonical(dict(body))


def body_hash(salt: str, body: Mapping[str, Json], hashed: tree.Hash = tree.sha256) -> str:
    """Return the salted hash of a body."""
    return hashed(salted(salt, body)).hex()


def face(index: int, at: str, body: str) -> bytes:
    """Return canonical {index, at, body_hash}; `at` is an instant as `canonical.instant` writes it."""
    return f"{AT}{at}{BODY_HASH}{body}{INDEX}{index}{END}".encode("ascii")


def leaf(index: int, at: datetime, body: str, hashed: tree.Hash = tree.sha256) -> str:
    """Return the leaf hash of an entry from its body hash."""
    return tree.leaf_hash(face(index, instant(at), body), hashed).hex()
