"""The receipt of an entry: all that is needed to recompute its leaf and find it under a signed head, offline."""

from __future__ import annotations

from typing import Any

from ledger import heads
from ledger.models import Entry
from ledger.reading import HOUSE, rows_of


def receipt(entry: Entry) -> dict[str, Any]:
    """Return `{"index", "at", "leaf", "body", "salt", "revealed", "size", "path", "checkpoint"}`.

    For the one whom the entry concerns: it holds body, salts and personal values. Called on what `append` returned, in
    the same transaction and before any further append, it uses the head that this commit makes; give it to nobody
    before the commit. Called later, it proves the entry under the present head.

    :raises LookupError: there is no such entry
    """
    (row,) = rows_of(Entry.objects.filter(pk=entry.pk), HOUSE) or (None,)
    if row is None:
        raise LookupError(entry.pk)
    head = heads.standing()
    fresh = head.size == entry.index + 1 and entry.paths is not None
    path = entry.paths["sha256"] if fresh and entry.paths else heads.inclusion_proof(entry.index, head.size)
    note = heads.signed_head(head.size, head.root, head.root_sm3)
    return {**row, "size": head.size, "path": path, "checkpoint": note}
