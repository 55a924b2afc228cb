"""A receipt as text that fits a QR code: `GH1:` and base45 (RFC 9285) of its deflated canonical JSON. No Django.

Base45 keeps a code in its alphanumeric mode, where version 40 at the lowest correction holds 4,296 characters.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from ledger.canonical import canonical

MARK = "GH1:"
DIGEST_MARK = "GH1-DIGEST:"
MOST_CHARACTERS = 4296
MOST_BYTES = 1 << 20
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def compacted(receipt: Mapping[str, Any]) -> str:
    """Return the text for a QR code: the whole receipt; without its timestamps where it is too long; else its digest.

    The digest form is `GH1-DIGEST:INDEX:LEAF:SIZE:H(checkpoint):H(receipt)`, hashes in upper case hex, H SHA-256.
    """
    for form in (receipt, {**receipt, "timestamps": []}):
        text = MARK + base45(zlib.compress(canonical(dict(form)), 9))
        if len(text) <= MOST_CHARACTERS:
            return text
    hashes = (hashlib.sha256(data).hexdigest() for data in (receipt["checkpoint"].encode(), canonical(dict(receipt))))
    return DIGEST_MARK + ":".join([str(receipt["index"]), receipt["leaf"], str(receipt["size"]), *hashes]).upper()


def expanded(text: str) -> bytes:
    """Return the canonical JSON of a text that `compacted` made.

    :raises ValueError: it is none, or would be longer than 1 MiB
    """
    if not text.startswith(MARK):
        raise ValueError("not a compact receipt")
    running = zlib.decompressobj()
    try:
        data = running.decompress(from_base45(text.removeprefix(MARK)), MOST_BYTES)
    except zlib.error as error:
        raise ValueError("not a compact receipt") from error
    if not running.eof or running.unused_data:
        raise ValueError("a compact receipt that is cut off or too long")
    return data


def base45(data: bytes) -> str:
    """Return base45: two bytes are three characters, a last single byte two, the smallest place first."""
    characters = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, place = divmod(number, 45)
            characters.append(_ALPHABET[place])
    return "".join(characters)


def from_base45(text: str) -> bytes:
    """Return the bytes. :raises ValueError: a strange character, a length or a group that base45 cannot have"""
    data = b""
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = sum(_ALPHABET.index(character) * 45**place for place, character in enumerate(group))
        if len(group) == 1 or number >= 256 ** (len(group) - 1):
            raise ValueError("not base45")
        data += number.to_bytes(len(group) - 1, "big")
    return data
