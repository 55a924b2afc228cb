"""Rebuild and compare: every leaf from its body, the head from the leaves, every checkpoint from the head it signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from ledger import entries, heads, notes, tree, triggers
from ledger.models import Checkpoint, Entry, Head

CHUNK = 2000


@dataclass(frozen=True)
class Verdict:
    """What was found: `size` and `root` as recomputed, `faults` each naming its place; good without any."""

    size: int
    root: str
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.faults


def verify() -> Verdict:
    """Recompute the whole ledger and return every fault found: it reports, it never raises for what it finds."""
    faults = [f"trigger missing: {name}" for name in triggers.missing(connection)]
    checkpoints = {row.size: row for row in Checkpoint.objects.all()}
    frontier: list[bytes] = []
    size = 0
    faults += _checkpoint_faults(checkpoints, 0, tree.frontier_root(frontier).hex())
    rows = Entry.objects.select_related("body").prefetch_related("personal_values").order_by("index")
    for entry in rows.iterator(chunk_size=CHUNK):
        faults += _entry_faults(entry, size)
        frontier = tree.extended(frontier, size, _octets(entry.leaf))
        size += 1
        if size in checkpoints:
            faults += _checkpoint_faults(checkpoints, size, tree.frontier_root(frontier).hex())
    root = tree.frontier_root(frontier).hex()
    faults += _head_faults(size, frontier)
    faults += [f"checkpoint {at}: signs more entries than there are" for at in checkpoints if at > size]
    return Verdict(size, root, tuple(faults))


def _entry_faults(entry: Entry, expected: int) -> Iterator[str]:
    if entry.index != expected:
        yield f"entry {entry.index}: stands where {expected} should"
    if getattr(entry, "body", None) is None:
        yield f"entry {entry.index}: has no body"
        return
    try:
        yield from _content_faults(entry)
    except (ValueError, TypeError, AttributeError) as error:
        yield f"entry {entry.index}: cannot be recomputed: {error}"


def _content_faults(entry: Entry) -> Iterator[str]:
    body = entry.body
    shown = {name: getattr(body, name) for name in ("kind", "lot", "role", "payload", "personal")}
    if entries.leaf(entry.index, entry.at, entries.body_hash(body.salt, shown)) != entry.leaf:
        yield f"entry {entry.index}: body or time does not give its leaf"
    for value in entry.personal_values.all():
        if body.personal.get(value.field) != entries.personal_hash(value.salt, value.value):
            yield f"entry {entry.index}: the personal value of {value.field} is another"


def _octets(text: str) -> bytes:
    """Return the hash, or what can stand for one that is no hexadecimal: the leaf's fault has been named already."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode("utf-8")


def _head_faults(size: int, frontier: list[bytes]) -> Iterator[str]:
    head = Head.objects.filter(pk=1).first()
    if head is None:
        if size:
            yield "head: missing"
        return
    if head.size != size:
        yield f"head: counts {head.size} entries, there are {size}"
    if head.frontier != b"".join(frontier).hex() or head.root != tree.frontier_root(frontier).hex():
        yield "head: its root is not the one over the entries"


def _checkpoint_faults(checkpoints: dict[int, Checkpoint], size: int, root: str) -> Iterator[str]:
    row = checkpoints.get(size)
    if row is None:
        return
    name, public = notes.parsed_key(heads.verifier_key())
    try:
        signed = notes.verified_checkpoint(row.note, name, public)
    except notes.BadNote as error:
        yield f"checkpoint {size}: {error}"
        return
    if (signed.origin, signed.size, signed.root.hex()) != (settings.LOG_ORIGIN, size, root) or row.root != root:
        yield f"checkpoint {size}: signs another head than the entries give"
