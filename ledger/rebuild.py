"""Recomputing a stretch of the ledger from its rows: leaves, nodes and roots under both hashes. No Django, no clock.

The stretch is aligned, so that its tree is a perfect subtree of the whole one: `SEGMENT` entries, the last may be less.
Made for millions of rows: one pass, a body is hashed as the text that is stored and only read when that does not fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from ledger import entries, tree
from ledger.canonical import canonical

LEVEL = 12
SEGMENT = 1 << LEVEL
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
    """The running state of one stretch."""

    def __init__(self, start: int, values: Values, checkpoints: Collection[int]) -> None:
        self.found = Segment(start)
        self._values, self._checkpoints = values, frozenset(checkpoints)
        self._expected, self._sha, self._sm3 = start, list[bytes](), list[bytes]()

    def add(self, row: Row) -> None:
        """Take the next row."""
        self._fill_up_to(row.place)
        sha, sm3 = self._leaves(row)
        size = row.place - self.found.start
        self._sha, made_sha = tree.appended(self._sha, size, sha)
        self._sm3, made_sm3 = tree.appended(self._sm3, size, sm3, tree.sm3)
        for name, stored, made in (("SHA-256", row.nodes, made_sha), ("SM3", row.nodes_sm3, made_sm3)):
            told = stored if size + 1 < SEGMENT else stored[: LEVEL * 64]
            if told != b"".join(made).hex():
                self._fault(row.place, f"stored nodes ({name}) are not those over the entries")
        self._step()
        if size + 1 == SEGMENT:
            self.found.above = {"sha256": row.nodes[LEVEL * 64 :], "sm3": row.nodes_sm3[LEVEL * 64 :]}

    def finish(self, stop: int) -> Segment:
        """Return what was found, the entries up to `stop` being all that there should be."""
        self._fill_up_to(stop)
        self.found.frontiers = {"sha256": self._sha, "sm3": self._sm3}
        return self.found

    def _step(self) -> None:
        self._expected += 1
        if self._expected in self._checkpoints:
            self.found.at_checkpoints[self._expected] = {"sha256": self._sha, "sm3": self._sm3}

    def _fill_up_to(self, index: int) -> None:
        if index > self._expected:
            last = index - 1
            self._fault(self._expected, "missing" if last == self._expected else f"missing, and all up to {last}")
        while self._expected < index:
            size = self._expected - self.found.start
            self._sha = tree.extended(self._sha, size, MISSING)
            self._sm3 = tree.extended(self._sm3, size, MISSING, tree.sm3)
            self._step()

    def _fault(self, index: int, what: str) -> None:
        self.found.faults.append(f"entry {index}: {what}")

    def _leaves(self, row: Row) -> tuple[bytes, bytes]:
        """Return the leaves to go on with: as stored, since what is wrong with them has then been named."""
        if row.salt is None:
            self._fault(row.place, "has no body")
            return _octets(row.leaf), _octets(row.leaf_sm3)
        try:
            sha, sm3 = _recomputed(row, row.salt, _stored_text(row))
            if sha.hex() != row.leaf or sm3.hex() != row.leaf_sm3:
                sha, sm3 = _recomputed(row, row.salt, _canonical_text(row))
            for hashed, name, stored in ((sha, "SHA-256", row.leaf), (sm3, "SM3", row.leaf_sm3)):
                if hashed.hex() != stored:
                    self._fault(row.place, f"body or time does not give its leaf ({name})")
            if row.place in self._values:
                self._check_values(row)
        except (ValueError, TypeError, AttributeError) as error:
            self._fault(row.place, f"cannot be recomputed: {error}")
        return _octets(row.leaf), _octets(row.leaf_sm3)

    def _check_values(self, row: Row) -> None:
        hashes = json.loads(row.personal)
        for name, salt, value in self._values[row.place]:
            if hashes.get(name) != entries.personal_hash(salt, value):
                self._fault(row.place, f"the personal value of {name} is another")


def rebuild(start: int, stop: int, rows: Iterable[Row], values: Values, checkpoints: Collection[int]) -> Segment:
    """Return what the rows with indexes `start` … `stop - 1`, in order, come to.

    `start` is a multiple of SEGMENT and `stop` not beyond the next one; `checkpoints` are the sizes that were signed.
    """
    stretch = _Stretch(start, values, checkpoints)
    for row in rows:
        stretch.add(row)
    return stretch.finish(stop)


def _recomputed(row: Row, salt: str, text: bytes) -> tuple[bytes, bytes]:
    raw = bytes.fromhex(salt) + text
    face = entries.face(row.place, row.at, hashlib.sha256(raw).hexdigest())
    face_sm3 = entries.face(row.place, row.at, tree.sm3(raw).hex())
    return hashlib.sha256(b"\x00" + face).digest(), tree.sm3(b"\x00" + face_sm3)


@lru_cache(maxsize=4096)
def _ends(kind: str, lot: str, role: str) -> tuple[str, str]:
    return f'{{"kind":{quoted(kind)},"lot":{quoted(lot)},"payload":', f',"role":{quoted(role)}}}'


def _stored_text(row: Row) -> bytes:
    """Return the body put together from the texts that are stored: canonical, if those are."""
    start, end = _ends(row.kind, row.lot, row.role)
    return f'{start}{row.payload},"personal":{row.personal}{end}'.encode()


def _canonical_text(row: Row) -> bytes:
    """Return the canonical body of texts that a database may have written in its own way."""
    payload, personal = json.loads(row.payload), json.loads(row.personal)
    named = {"kind": row.kind, "lot": row.lot, "role": row.role}
    return canonical({**named, "payload": payload, "personal": personal})


def _octets(text: str) -> bytes:
    """Return the hash, or what can stand for one that is no hexadecimal: the leaf's fault has been named already."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode("utf-8")
