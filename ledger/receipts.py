"""The receipt of an entry: all that is needed to recompute its leaf and find it under a signed head, offline.

Verified by `ledger.offline` or `python -m ledger verify-receipt`. No clock.
"""

from __future__ import annotations

from typing import Any

from ledger import heads
from ledger.anchoring import tokens_of
from ledger.models import Checkpoint, Entry
from ledger.reading import HOUSE, rows_of

VERSION = 1


def receipt(entry: Entry) -> dict[str, Any]:
    """Return the receipt, for the one whom the entry concerns: it holds body, salts and personal values.

    Fields: `v`, the entry (`index`, `at`, `leaf`, `leaf_sm3`, `body`, `salt`, `revealed`), `size` and the inclusion
    proofs in the trees of that size (`path`, `path_sm3`), the signed `checkpoint`, the `cosignatures` of witnesses
    (lines) and `timestamps` (base64 of RFC 3161 answers over the checkpoint's text).

    Called on what `append` returned, in the same transaction and before any further append, it uses the head that this
    commit makes, which nobody can have cosigned yet; give it to nobody before the commit. Called later, it proves the
    entry under the stored checkpoint with the most witnesses, or the present head when none covers it.

    :raises LookupError: there is no such entry
    """
    (row,) = rows_of(Entry.objects.filter(pk=entry.pk), HOUSE) or (None,)
    if row is None:
        raise LookupError(entry.pk)
    head = heads.standing()
    if entry.paths is not None and head.size == entry.index + 1:
        return _put_together(row, head.size, entry.paths, heads.signed_head(head.size, head.root, head.root_sm3))
    kept = _best_checkpoint(entry.index)
    size = kept.size if kept else head.size
    paths = {name: heads.inclusion_proof(entry.index, size, name) for name in ("sha256", "sm3")}
    note = kept.note if kept else heads.signed_head(head.size, head.root, head.root_sm3)
    return _put_together(row, size, paths, note) | (_attested(kept) if kept else {})


def _put_together(row: dict[str, Any], size: int, paths: dict[str, list[str]], note: str) -> dict[str, Any]:
    proofs = {"size": size, "path": paths["sha256"], "path_sm3": paths["sm3"], "checkpoint": note}
    return {"v": VERSION, **row, **proofs, "cosignatures": [], "timestamps": []}


def _attested(kept: Checkpoint) -> dict[str, Any]:
    return {"cosignatures": [row.line for row in kept.cosignatures.all()], "timestamps": tokens_of(kept)}


def _best_checkpoint(index: int) -> Checkpoint | None:
    """Return the checkpoint that covers an entry and that most others attest; of equal ones the earliest."""
    covering = Checkpoint.objects.filter(size__gt=index)
    attested = covering.filter(cosignatures__isnull=False) | covering.filter(anchors__isnull=False)
    rows = attested.distinct().prefetch_related("cosignatures", "anchors").order_by("size")[:50]
    best = max(rows, key=lambda row: (len(row.cosignatures.all()), len(row.anchors.all())), default=None)
    return best or covering.order_by("size").first()
