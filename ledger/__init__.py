"""The append-only evidence log: entries, Merkle tree, signed checkpoints, receipts, the feed, and the only clock.

Must never know of tenders or identity: an actor is whatever has `login`, `role`, `uscc` and `address`. Names are loaded
when first used, so that `ledger.tree`, `ledger.notes`, `ledger.canonical` and `ledger.entries` stay free of Django.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.checkpoints import checkpoint
    from ledger.heads import consistency_proof, head, inclusion_proof
    from ledger.reading import HOUSE, Viewer, entries_of, feed
    from ledger.receipts import receipt
    from ledger.writing import UnknownKind, after_append, append, erase_personal

__all__ = [
    "HOUSE",
    "UnknownKind",
    "Viewer",
    "after_append",
    "append",
    "checkpoint",
    "consistency_proof",
    "entries_of",
    "erase_personal",
    "feed",
    "head",
    "inclusion_proof",
    "receipt",
]

_HOMES = {
    "ledger.writing": ("append", "after_append", "erase_personal", "UnknownKind"),
    "ledger.reading": ("feed", "entries_of", "Viewer", "HOUSE"),
    "ledger.checkpoints": ("checkpoint",),
    "ledger.heads": ("head", "inclusion_proof", "consistency_proof"),
    "ledger.receipts": ("receipt",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(name)
    return getattr(import_module(home), name)
