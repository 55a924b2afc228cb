"""Rebuild and compare: every leaf from its body, nodes and head from the leaves, every signed head from those it signs.

Streams, in memory of constant size, and may share the work among processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection

from ledger import beside, heads, nodes, notes, tree, triggers
from ledger.models import Checkpoint, Entry, Head
from ledger.rebuild import LEVEL, SEGMENT, UNREADABLE, Segment, rebuild

_AT = {
    "postgresql": """to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": "replace(e.at, ' ', 'T') || CASE length(e.at) WHEN 19 THEN '.000000Z' ELSE 'Z' END",
}
_ROWS = (
    'SELECT e."index", {at}, e.leaf, e.leaf_sm3, e.nodes, e.nodes_sm3, b.salt, b.kind, b.lot, b.role, b.payload, '
    'b.personal FROM ledger_entry e LEFT JOIN ledger_body b ON b.entry_id = e."index" '
    'WHERE e."index" >= %s AND e."index" < %s ORDER BY e."index"'
)
_PERSONAL = "SELECT entry_id, field, salt, value FROM ledger_personal WHERE entry_id >= %s AND entry_id < %s"
_STANDING = 'SELECT (SELECT size FROM ledger_head WHERE id = 1), (SELECT MAX("index") FROM ledger_entry)'
SAMPLES = 64  # places looked at before a ledger is gone through from end to end
Frontiers = dict[str, list[bytes]]


class Signed(NamedTuple):
    """A note that signs a head: what a fault calls it, and the root that stands beside it, if one does."""

    name: str
    note: str
    root: str | None


Notes = dict[int, list[Signed]]  # by the size they are to be compared at


@dataclass(frozen=True)
class Verdict:
    """What was found: `size` and `root` as recomputed, `faults` each naming its place; good without any."""

    size: int
    root: str
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.faults


def verify(*, processes: int = 1, saved: Sequence[str] = ()) -> Verdict:
    """Recompute the whole ledger and return every fault found: it reports, it never raises for what it finds.

    `saved` are signed notes kept elsewhere: each must be this log's, of no more entries than there are, and of the root
    that these give. Nothing inside can tell that the last entries were cut off and the head set back; such a note can.

    With several processes each has a database connection of its own and sees committed entries only; the caller must
    hold no transaction. Entries appended meanwhile are left to the next run.
    """
    faults = triggers.faults(connection)
    head = Head.objects.filter(pk=1).first() or Head()
    size = _entries(head, faults)
    signed = _signed(size)
    faults += _saved(saved, size, signed)
    upper: Frontiers = {name: [] for name in tree.HASHES}
    last = {name: list[bytes]() for name in tree.HASHES}
    faults += _checkpoint_faults(signed, {0: last})
    for found in _segments(size, sorted(signed), processes):
        faults += found.faults
        whole = {at: _over(upper, part) for at, part in found.at_checkpoints.items()}
        faults += _checkpoint_faults(signed, whole)
        last = _over(upper, found.frontiers)
        if found.start + SEGMENT <= size:  # a full one is a leaf of the tree above
            faults += _grown(upper, found)
            last = dict(upper)
    faults += _head_faults(head, size, last)
    faults += [f"checkpoint {at}: signs more entries than there are" for at in _beyond(size)]
    faults += beside.faults()
    return Verdict(size, tree.frontier_root(last["sha256"]).hex(), tuple(faults))


def _entries(head: Head, faults: list[str]) -> int:
    """Return how many entries there are; the head is read once more in the same instant as the last index."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        counted, last = cursor.fetchone()
    there = 0 if last is None else last + 1
    if (reach := _reach(there)) < there:
        faults.append(f"entries: most of the {there} places up to the last have none, recomputed up to {reach}")
        return reach
    if counted is None and there:
        faults.append("head: missing")
    elif (counted or 0) != there:
        faults.append(f"head: counts {counted} entries, there are {there}")
    else:
        return head.size  # what was appended since the head was read is left to the next run
    return int(there)


def _reach(there: int) -> int:
    """Return how far to go: one row far behind the others must not keep a verifier busy for ever."""
    places = {there * number // SAMPLES for number in range(SAMPLES)}
    if 2 * Entry.objects.filter(index__in=places).count() >= len(places):
        return there
    return min(there, Entry.objects.filter(index__gte=0).count() + SEGMENT)


def _signed(size: int) -> Notes:
    """Return the stored checkpoints that can be compared."""
    rows = Checkpoint.objects.filter(size__lte=size).values_list("size", "note", "root")
    return {at: [Signed(f"checkpoint {at}", note, root)] for at, note, root in rows}


def _saved(saved: Sequence[str], size: int, signed: Notes) -> Iterator[str]:
    """Add notes that were kept elsewhere to those to be compared, and name those that cannot be."""
    name, public = notes.parsed_key(heads.verifier_key())
    for number, note in enumerate(saved, 1):
        try:
            told = notes.verified_checkpoint(note, name, public)
        except notes.BadNote as error:
            yield f"saved checkpoint no. {number}: {error}"
            continue
        if told.size > size:
            yield f"saved checkpoint {told.size}: the log signed more entries than there are, {size}"
        else:
            signed.setdefault(told.size, []).append(Signed(f"saved checkpoint {told.size}", note, None))


def _segments(size: int, checkpoints: list[int], processes: int) -> Iterator[Segment]:
    stretches = [(start, min(start + SEGMENT, size)) for start in range(0, size, SEGMENT)]
    tasks = [(start, stop, [at for at in checkpoints if start < at <= stop]) for start, stop in stretches]
    if processes == 1 or len(tasks) == 1:
        yield from map(_segment, tasks)
        return
    connection.close()  # a connection must not be shared with a child
    with multiprocessing.get_context("fork").Pool(processes, _begin) as pool:
        yield from pool.imap(_segment, tasks, chunksize=4)


def _begin() -> None:
    """What each process does first: it collects no garbage, as nothing there goes in circles, and ends when told to.

    A handler for SIGTERM that it had from its parent would run in it, and the parent wait for ever for its end.
    """
    gc.disable()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _segment(task: tuple[int, int, list[int]]) -> Segment:
    start, stop, checkpoints = task
    values: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS.format(at=_AT[connection.vendor]), [start, stop])
            rows = cursor.fetchall()
            cursor.execute(_PERSONAL, [start, stop])
            for entry, field, salt, value in cursor.fetchall():
                values[entry].append((field, salt, value))
    except DatabaseError as error:
        if connection.vendor != "sqlite":
            raise
        found = rebuild(start, stop, [], {}, checkpoints)  # one text that is none, and its stretch cannot be read
        return replace(found, faults=[f"entries {start} … {stop - 1}: cannot be read: {error}"])
    return rebuild(start, stop, rows, values, checkpoints)


def _over(upper: Frontiers, part: Frontiers) -> Frontiers:
    """Return the frontiers of the whole tree: those of the full segments before, then those within this one."""
    return {name: [*before, *part[name]] for name, before in upper.items()}


def _grown(upper: Frontiers, found: Segment) -> Iterator[str]:
    """Add a full segment as one leaf of the tree above, and compare the larger subtrees that its last entry stores."""
    number = found.start >> LEVEL
    for name, hashed in tree.HASHES.items():
        (node,) = found.frontiers[name]
        upper[name], completed = tree.appended(upper[name], number, node, hashed)
        if nodes.joined(completed) != found.above.get(name, ""):
            yield f"entry {found.start + SEGMENT - 1}: stored larger nodes ({name}) are not those over the entries"


def _head_faults(head: Head, size: int, frontiers: Frontiers) -> Iterator[str]:
    if head.size != size:
        return  # named already, and its frontier is that of another size
    for name, stored in (("sha256", head.frontier), ("sm3", head.frontier_sm3)):
        if stored != nodes.joined(frontiers[name]):
            yield f"head: its frontier ({name}) is not the one over the entries"


def _checkpoint_faults(signed: Notes, frontiers: dict[int, Frontiers]) -> Iterator[str]:
    found = [(at, each) for at in frontiers for each in signed.get(at, ())]
    if not found:
        return
    name, public = notes.parsed_key(heads.verifier_key())
    for size, (what, note, root) in found:
        roots = {each: tree.frontier_root(kept, tree.HASHES[each]) for each, kept in frontiers[size].items()}
        try:
            told = notes.verified_checkpoint(note, name, public)
        except UNREADABLE as error:  # BadNote among them; on SQLite a note may be no text
            yield f"{what}: {error}"
            continue
        same = told.root_sm3 in (b"", roots["sm3"]) and root in (None, roots["sha256"].hex())
        if (told.origin, told.size, told.root, same) != (settings.LOG_ORIGIN, size, roots["sha256"], True):
            yield f"{what}: signs another head than the entries give"


def _beyond(size: int) -> list[int]:
    later = Checkpoint.objects.filter(size__gt=size).values_list("size", flat=True)
    present = Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    return [at for at in later if at > present or present == size]
