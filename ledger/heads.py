"""Heads, their signature by the log's own key, and proofs between them.

Proofs are computed from the stored leaves: exact, and linear in the size of the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from ledger import notes, tree
from ledger.models import Entry, Head
from ledger.private_file import read_or_make


def log_key() -> Ed25519PrivateKey:
    """Return the log's signing key, made at first use under SERVER_HOME/secrets with mode 0600."""
    path = settings.SERVER_HOME / "secrets" / "log-key"
    return Ed25519PrivateKey.from_private_bytes(read_or_make(path, _new_key))


def verifier_key() -> str:
    """Return the log's public key in the form that people pin (C2SP)."""
    return notes.verifier_key(settings.LOG_ORIGIN, notes.public_bytes(log_key().public_key()))


def head() -> dict[str, object]:
    """Return `{"size", "root"}` (root in hex) as committed."""
    row = Head.objects.filter(pk=1).first()
    if row is None:
        return {"size": 0, "root": tree.frontier_root([]).hex()}
    return {"size": row.size, "root": row.root}


def signed_head(size: int, root: str) -> str:
    """Return the signed note of a head; give it to nobody before its entries are committed."""
    text = notes.Checkpoint(settings.LOG_ORIGIN, size, bytes.fromhex(root)).text
    return notes.signed(text, settings.LOG_ORIGIN, log_key())


def inclusion_proof(index: int, size: int | None = None) -> list[str]:
    """Return the path (hex, leaf upwards) of an entry in the tree of `size` leaves, by default the present one.

    :raises IndexError: if the tree of that size has no such entry
    """
    return _hex(tree.inclusion_path(_leaves(size), index))


def consistency_proof(first: int, second: int | None = None) -> list[str]:
    """Return the path (hex) proving that the tree of `second` leaves, by default the present one, extends `first`.

    :raises IndexError: unless 0 < first ≤ second ≤ number of entries
    """
    return _hex(tree.consistency_path(_leaves(second), first))


def _leaves(size: int | None) -> list[bytes]:
    rows = Entry.objects.order_by("index").values_list("leaf", flat=True)
    leaves = [bytes.fromhex(leaf) for leaf in (rows if size is None else rows[: max(size, 0)])]
    if size is not None and len(leaves) != size:
        raise IndexError(size)
    return leaves


def _hex(path: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in path]


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()
