"""Recomputing a stretch of the ledger from its rows: leaves, nodes and roots under both hashes. No Django, no clock.

The stretch is aligned, so that its tree is a perfect subtree of the whole one: `SEGMENT` entries, the last may be less.
Made for millions of rows: one pass, a body is hashed as the text that is stored and only read when that does not fit.
What is stored has one spelling: another is a fault even where it means the same.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import add
from typing import Any, NamedTuple

from ledger import tree
from ledger.canonical import canonical
from ledger.entries import AT, BODY_HASH, END, INDEX
from ledger.ranges import perfect

LEVEL = 12
SEGMENT = 1 << LEVEL
DIGITS = 64
SALT = 32  # bytes
MISSING = bytes(32)  # stands for the leaf of an entry that is not there, so that what follows keeps its place


class Row(NamedTuple):
    """A stored entry; `place` is its index, `payload` and `personal` are texts as stored; no body: `salt` is None."""

    place: int
    at: str
    leaf: str
    leaf_sm3: str
    nodes: str
    nodes_sm3: str
    salt: str | None
    kind: str
    lot: str
    role: str
    payload: str
    personal: str


SALTED = Row._fields.index("salt") + 1  # what is behind it is hashed with it
BETWEEN = ',"personal":'
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)  # what a text that is none leads to
Fields = tuple[Any, ...]  # those of a Row, as a database gives them
Values = Mapping[int, Sequence[tuple[str, str, str]]]  # entry → (field, salt, value) of its personal values


@dataclass
class Segment:
    """What a stretch came to: its frontiers by hash at the end and at each checkpoint in it, and every fault.

    `above` is what the last entry stores of subtrees larger than the stretch, by hash: to be compared by the caller.
    """

    start: int
    frontiers: dict[str, list[bytes]] = field(default_factory=dict)
    at_checkpoints: dict[int, dict[str, list[bytes]]] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Stretch:
    """The rows of one stretch as they come: leaves to go on with, and the nodes that are stored beside them."""

    def __init__(self, start: int, values: Values) -> None:
        self.found = Segment(start)
        self._values, self._expected = values, start
        self._leaves: dict[str, list[bytes]] = {name: [] for name in tree.HASHES}
        self._stored: dict[str, list[str | None]] = {name: [] for name in tree.HASHES}  # None: no such entry

    def extend(self, rows: Sequence[Fields]) -> None:
        """Take the next rows: good ones all at once, else one by one, where the faults are named."""
        if rows and not self._taken_at_once(rows):
            for fields in rows:
                self.add(Row._make(fields))

    def _taken_at_once(self, rows: Sequence[Fields]) -> bool:
        """Take rows that follow each other and give the leaves they store; else none of them, and return False."""
        try:
            places, ats, leaves, leaves_sm3, nodes, nodes_sm3, salts, *texts = zip(*rows, strict=True)
            sha, sm3 = _leaves(zip(places, ats, _salts(salts), *texts, strict=True))
            *_, payloads, persons = texts
            two_ways = BETWEEN in "".join(payloads + persons)  # the same bytes cut elsewhere would be other texts
        except UNREADABLE:
            return False
        after = self._expected + len(rows)
        same_leaves = _in_hex(sha) == leaves and _in_hex(sm3) == leaves_sm3
        if two_ways or not same_leaves or places != tuple(range(self._expected, after)):
            return False
        for name, found, stored in (("sha256", sha, nodes), ("sm3", sm3, nodes_sm3)):
            self._leaves[name] += found
            self._stored[name] += stored
        for place in self._values.keys() & places:
            self._check_values(Row._make(rows[place - self._expected]))
        self._expected = after
        return True

    def add(self, row: Row) -> None:
        """Take the next row and name its faults."""
        self._fill_up_to(row.place)
        sha, sm3 = self._checked(row)
        self._leaves["sha256"].append(sha)
        self._leaves["sm3"].append(sm3)
        self._stored["sha256"].append(row.nodes)
        self._stored["sm3"].append(row.nodes_sm3)
        self._expected += 1

    def finish(self, stop: int, checkpoints: Collection[int]) -> Segment:
        """Return what was found, the entries up to `stop` being all that there should be."""
        self._fill_up_to(stop)
        for name, hashed in tree.HASHES.items():
            levels = _levels(self._leaves[name], hashed)
            self._compare_nodes(name, levels)
            self.found.frontiers[name] = _frontier(levels, stop - self.found.start)
            for size in checkpoints:
                at = self.found.at_checkpoints.setdefault(size, {})
                at[name] = _frontier(levels, size - self.found.start)
        return self.found

    def _compare_nodes(self, name: str, levels: Sequence[Sequence[bytes]]) -> None:
        stored, wanted = self._stored[name], _completed(levels)
        if len(stored) == SEGMENT and stored[-1] is not None:
            self.found.above[name] = stored[-1][LEVEL * DIGITS :]
            stored[-1] = stored[-1][: LEVEL * DIGITS]
        if stored == wanted:
            return
        for place, (found, right) in enumerate(zip(stored, wanted, strict=True), self.found.start):
            if found is not None and found != right:
                self._fault(place, f"stored nodes ({name}) are not those over the entries")

    def _fill_up_to(self, index: int) -> None:
        missing = index - self._expected
        if missing > 0:
            self._fault(self._expected, "missing" if missing == 1 else f"missing, and all up to {index - 1}")
            for name in tree.HASHES:
                self._leaves[name] += [MISSING] * missing
                self._stored[name] += [None] * missing
            self._expected = index

    def _fault(self, index: int, what: str) -> None:
        self.found.faults.append(f"entry {index}: {what}")

    def _checked(self, row: Row) -> tuple[bytes, bytes]:
        """Return the leaves to go on with: as stored, since what is wrong with them has then been named."""
        if row.salt is None:
            self._fault(row.place, "has no body")
            return _octets(row.leaf), _octets(row.leaf_sm3)
        try:
            if row.place in self._values:
                self._check_values(row)
            _check_spelling(row)
            (salt,) = _salts([row.salt])
            (sha,), (sm3,) = _leaves([(row.place, row.at, salt, *row[SALTED:])])
            if sha.hex() == row.leaf and sm3.hex() == row.leaf_sm3:
                return sha, sm3
            for hashed, name, stored in ((sha, "SHA-256", row.leaf), (sm3, "SM3", row.leaf_sm3)):
                if hashed.hex() != stored:
                    self._fault(row.place, f"body or time does not give its leaf ({name})")
        except UNREADABLE as error:
            self._fault(row.place, f"cannot be recomputed: {error}")
        return _octets(row.leaf), _octets(row.leaf_sm3)

    def _check_values(self, row: Row) -> None:
        for name, salt, value in self._values[row.place]:
            try:
                (raw,) = _salts([salt])
                same = json.loads(row.personal).get(name) == hashlib.sha256(raw + value.encode("utf-8")).hexdigest()
            except UNREADABLE as error:
                self._fault(row.place, f"the personal value of {name} cannot be recomputed: {error}")
            else:
                if not same:
                    self._fault(row.place, f"the personal value of {name} is another")


def rebuild(start: int, stop: int, rows: Sequence[Fields], values: Values, checkpoints: Collection[int]) -> Segment:
    """Return what the rows with indexes `start` … `stop - 1`, in order, each the fields of a `Row`, come to.

    `start` is a multiple of SEGMENT and `stop` not beyond the next one; `checkpoints` are the sizes that were signed.
    """
    stretch = _Stretch(start, values)
    stretch.extend(rows)
    found = stretch.finish(stop, checkpoints)
    if values and (between := values.keys() - set(range(start, stop))):  # SQLite keeps what is no whole number
        found.faults += [f"personal values belong to no entry, at {place}" for place in sorted(between)]
    return found


def _levels(leaves: list[bytes], hashed: tree.Hash) -> list[list[bytes]]:
    """Return the perfect subtrees level by level, the leaves first."""
    levels = [leaves]
    while len(below := levels[-1]) > 1:
        pairs = zip(below[::2], below[1::2], strict=False)  # a last one without a fellow waits for it
        levels.append([hashed(b"\x01" + left + right) for left, right in pairs])
    return levels


def _completed(levels: Sequence[Sequence[bytes]]) -> list[str]:
    """Return for each leaf the subtrees above it that it completed, as a row keeps them."""
    found = [""] * len(levels[0])
    for level, joined in enumerate([b"".join(level).hex() for level in levels[1:]], 1):
        step = 1 << level
        texts = [joined[at : at + DIGITS] for at in range(0, len(joined), DIGITS)]
        found[step - 1 :: step] = map(add, found[step - 1 :: step], texts)
    return found


def _frontier(levels: Sequence[Sequence[bytes]], size: int) -> list[bytes]:
    return [levels[level][number] for level, number in perfect(0, size)]


def _salts(spelt: Sequence[str]) -> tuple[bytes, ...]:
    """Return salts as bytes: a receipt is refused whose salt is in capitals, has blanks or another length.

    All at once, which costs hardly more than reading them does: only what is spelt in small digits comes out the same
    again, and what has blanks does not.

    :raises ValueError, TypeError: one is not 32 bytes in small hexadecimal digits
    """
    joined = "".join(spelt)
    raw = bytes.fromhex(joined)
    if raw.hex() != joined or set(map(len, spelt)) != {2 * SALT}:
        raise ValueError(f"a salt is not {SALT} bytes in small hexadecimal digits")
    return struct.unpack(f"{SALT}s" * len(spelt), raw)


def _leaves(parts: Iterable[Fields]) -> tuple[list[bytes], list[bytes]]:
    """Return the leaves that the stored texts give under both hashes, if those are in canonical form.

    A part is the place, the instant, the salt's bytes, and what a `Row` has behind the salt.

    Run through a million times: one loop without a call that can be spared.
    """
    leaves: list[bytes] = []
    leaves_sm3: list[bytes] = []
    sha256, sm3, ends = hashlib.sha256, tree.sm3, _ends
    for place, at, salt, kind, lot, role, payload, personal in parts:
        start, end = ends(kind, lot, role)
        raw = salt + f"{start}{payload}{BETWEEN}{personal}{end}".encode()
        start, end = f"\0{AT}{at}{BODY_HASH}", f"{INDEX}{place}{END}"
        leaves.append(sha256(f"{start}{sha256(raw).hexdigest()}{end}".encode("ascii")).digest())
        leaves_sm3.append(sm3(f"{start}{sm3(raw).hex()}{end}".encode("ascii")))
    return leaves, leaves_sm3


@lru_cache(maxsize=4096)
def _ends(kind: str, lot: str, role: str) -> tuple[str, str]:
    return f'{{"kind":{quoted(kind)},"lot":{quoted(lot)},"payload":', f',"role":{quoted(role)}}}'


def _check_spelling(row: Row) -> None:
    """Hold texts against their one spelling: another may say two things at once, as with a key twice.

    :raises ValueError, TypeError: one is not canonical JSON, or no text
    """
    for name in ("payload", "personal"):
        text = getattr(row, name)
        if not isinstance(text, str) or canonical(json.loads(text)).decode("utf-8") != text:
            raise ValueError(f"{name} is not in its canonical form")


def _in_hex(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple([each.hex() for each in hashes])


def _octets(text: str) -> bytes:
    """Return the hash, or what can stand for one that is no hexadecimal: the leaf's fault has been named already."""
    try:
        return bytes.fromhex(text)
    except UNREADABLE:
        return repr(text).encode("utf-8")
