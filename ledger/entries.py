"""The hashes of an entry, from its parts. Pure: no Django, no clock.

`body` = canonical {kind, lot, role, payload, personal: {field: H(salt ‖ value)}} ·
`body_hash` = H(salt ‖ body) · `leaf` = H(0x00 ‖ canonical {index, at, body_hash}). H is SHA-256, salts 32 bytes, hex.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from ledger import tree
from ledger.canonical import Json, canonical, instant


def personal_hash(salt: str, value: str) -> str:
    """Return the hash that stands in the body for one personal value; it stays when the value is erased."""
    return hashlib.sha256(bytes.fromhex(salt) + value.encode("utf-8")).hexdigest()


def body_hash(salt: str, body: Mapping[str, Json]) -> str:
    """Return the salted hash of a body."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(dict(body))).hexdigest()


def leaf(index: int, at: datetime, body: str) -> str:
    """Return the leaf hash of an entry from its body hash."""
    return tree.leaf_hash(canonical({"index": index, "at": instant(at), "body_hash": body})).hex()
