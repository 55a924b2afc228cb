"""The seeds: valid inputs out of the test vectors, and what their readers pin. No binary is kept in the repository."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sealing.keys import OwnKeys, read_keys
from sealing.shares import Share, read_share

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "vectors"
_SMALL = 1 << 14  # a seed that is larger slows every run down and reaches no other code


class SealedSeed(NamedTuple):
    """A sealed file that opens: its bytes, shares that suffice, and roots to pin (DER)."""

    data: bytes
    shares: tuple[Share, ...]
    roots: list[bytes] | None


@cache
def vectors() -> dict[str, Any]:
    """Return every vector by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def root() -> list[bytes]:
    """Return the roots that certify the vectors' INTL-1 keys."""
    return [base64.b64decode(one) for one in vectors()["opens-by-bidder"]["trust"]]


@cache
def sealed() -> list[SealedSeed]:
    """Return the small vectors that open, of every suite."""
    found = []
    for vector in vectors().values():
        if vector["kind"] == "file" and vector["outcome"] == "opens":
            data = base64.b64decode(vector["file"])
            roots = [base64.b64decode(one) for one in vector["trust"]] if "trust" in vector else None
            if len(data) <= _SMALL:
                found.append(SealedSeed(data, tuple(read_share(row) for row in vector["shares"]), roots))
    return found


@cache
def keys(name: str) -> OwnKeys:
    """Return the keys in the vector of this name."""
    return read_keys(vectors()[name]["key"])


def parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return header, chunks and trailer of a sealed file that is sound."""
    start = 12 + int.from_bytes(data[8:12], "big")
    end = len(data) - 4 - int.from_bytes(data[-4:], "big")
    return data[12:start], data[start:end], data[end:-4]


def joined(header: bytes, chunks: bytes, trailer: bytes) -> bytes:
    """Return the sealed file of three parts."""
    lengths = (len(header).to_bytes(4, "big"), len(trailer).to_bytes(4, "big"))
    return b"BIDSEAL\x01" + lengths[0] + header + chunks + trailer + lengths[1]
