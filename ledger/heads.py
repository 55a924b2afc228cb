"""Heads, their signature by the log's own key, and proofs between them, read from the stored trees (`ledger.nodes`)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from ledger import nodes, notes, tree
from ledger.models import Head
from ledger.private_file import read_or_make
from ledger.ranges import consistency_ranges, inclusion_ranges


@dataclass(frozen=True)
class Standing:
    """How the log stands: `size` entries, the roots over them in hex."""

    size: int
    root: str
    root_sm3: str


def log_key() -> Ed25519PrivateKey:
    """Return the log's signing key, made at first use under SERVER_HOME/secrets with mode 0600."""
    path = settings.SERVER_HOME / "secrets" / "log-key"
    return Ed25519PrivateKey.from_private_bytes(read_or_make(path, _new_key))


def verifier_key() -> str:
    """Return the log's public key in the form that people pin (C2SP)."""
    return notes.verifier_key(settings.LOG_ORIGIN, notes.public_bytes(log_key().public_key()))


def standing() -> Standing:
    """Return the head as committed."""
    row = Head.objects.filter(pk=1).first() or Head()
    return standing_of(row.size, row.frontier, row.frontier_sm3)


def standing_of(size: int, frontier: str, frontier_sm3: str) -> Standing:
    """Return how a log stands whose head row says this."""
    kept = {"sha256": frontier, "sm3": frontier_sm3}
    roots = {name: tree.frontier_root(nodes.split(told), tree.HASHES[name]).hex() for name, told in kept.items()}
    return Standing(size, roots["sha256"], roots["sm3"])


def head() -> dict[str, object]:
    """Return `{"size", "root"}` (root in hex) as committed."""
    now = standing()
    return {"size": now.size, "root": now.root}


def signed_head(size: int, root: str, root_sm3: str = "") -> str:
    """Return the signed note of a head; give it to nobody before its entries are committed."""
    text = notes.Checkpoint(settings.LOG_ORIGIN, size, bytes.fromhex(root), bytes.fromhex(root_sm3)).text
    return notes.signed(text, settings.LOG_ORIGIN, log_key())


def inclusion_proof(index: int, size: int | None = None, hashed: str = "sha256") -> list[str]:
    """Return the path (hex, leaf upwards) of an entry in the tree of `size` leaves, by default the present one.

    `hashed` names the tree: `sha256` or `sm3`.

    :raises IndexError: if the tree of that size has no such entry
    """
    return _hex(nodes.roots(inclusion_ranges(index, _size(size)), hashed))


def consistency_proof(first: int, second: int | None = None, hashed: str = "sha256") -> list[str]:
    """Return the path (hex) proving that the tree of `second` leaves, by default the present one, extends `first`.

    :raises IndexError: unless 0 < first ≤ second ≤ number of entries
    """
    return _hex(nodes.roots(consistency_ranges(first, _size(second)), hashed))


def _size(wanted: int | None) -> int:
    """Return the size asked for. :raises IndexError: the log is not that long"""
    present = Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    if wanted is not None and not 0 <= wanted <= present:
        raise IndexError(wanted)
    return present if wanted is None else wanted


def _hex(path: list[bytes]) -> list[str]:
    return [node.hex() for node in path]


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()
