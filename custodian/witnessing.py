"""The witness's judgement: a new head is cosigned only if it provably extends the last one. No network, no files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger import notes, tree

Proofs = Mapping[str, Sequence[str]]  # hash name → path in hex
_NODE = re.compile(r"[0-9a-f]{64}\Z")


class NoProof(Exception):
    """Two heads that may well belong together, and no proof of it: nothing is cosigned, and nothing is held against
    the log, since anybody on the way can swallow a proof or garble it.
    """


class SplitView(Exception):
    """Two heads that the log signed do not belong to one history; `facts` are kept as evidence."""

    def __init__(self, why: str, seen: str, shown: str, proofs: Proofs | None = None) -> None:
        super().__init__(why)
        self.facts = {"why": why, "seen": seen, "shown": shown, "proofs": dict(proofs or {})}


@dataclass(frozen=True)
class Head:
    """A note whose signature by the pinned log key has been verified, and what it says."""

    note: str
    text: str
    checkpoint: notes.Checkpoint

    @property
    def size(self) -> int:
        return self.checkpoint.size

    def root(self, name: str) -> bytes:
        """The root under the hash of that name; empty where the head has none."""
        return {"sha256": self.checkpoint.root, "sm3": self.checkpoint.root_sm3}[name]


def read_head(note: str, log_key: str) -> Head:
    """Return the head of a note. :raises ledger.notes.BadNote: not signed by the pinned key, or of another log"""
    name, public = notes.parsed_key(log_key)
    checkpoint = notes.verified_checkpoint(note, name, public)
    if checkpoint.origin != name:
        raise notes.BadNote(f"the head of {checkpoint.origin}, not of {name}")
    return Head(note, checkpoint.text, checkpoint)


def needs_proof(seen: Head | None, shown: Head) -> tuple[int, int] | None:
    """Return the two sizes between which a consistency proof is needed, the smaller first; None where none is."""
    if seen is None or seen.size == shown.size or 0 in (seen.size, shown.size):
        return None
    return min(seen.size, shown.size), max(seen.size, shown.size)


def judge(seen: Head | None, shown: Head, proofs: Proofs) -> bool:
    """Return whether the head that is shown is new and extends the last one seen; False for one not newer than it.

    `proofs` are those between the two sizes of `needs_proof`.

    :raises SplitView: the two heads do not belong to one history: roots of one size differ, or a proof is refuted
    :raises NoProof: a proof is missing, or its nodes are none
    """
    if seen is None:
        return True
    if seen.checkpoint.root_sm3 and shown.size >= seen.size and not shown.checkpoint.root_sm3:
        raise SplitView("the head has lost its second root", seen.note, shown.note)
    older, newer = (seen, shown) if seen.size <= shown.size else (shown, seen)
    wanted = needs_proof(seen, shown) is not None
    missing = []
    for name, hashed in tree.HASHES.items():
        if not older.root(name) or not newer.root(name):
            continue  # a head from before the second tree
        path = _path(proofs.get(name)) if wanted else []
        if path is None:
            missing.append(name)
        elif not tree.consistent((older.size, older.root(name)), (newer.size, newer.root(name)), path, hashed):
            why = "two heads of the same size differ" if older.size == newer.size else "the heads are not consistent"
            raise SplitView(f"{why} ({name}: {older.size}, {newer.size})", seen.note, shown.note, proofs)
    if missing:
        raise NoProof(f"no proof between {older.size} and {newer.size} ({', '.join(missing)})")
    return shown.size > seen.size


def _path(proof: object) -> list[bytes] | None:
    """Return a proof's nodes, None where what the log gave is none: no list, or not of 32 bytes each."""
    if not isinstance(proof, Sequence) or isinstance(proof, str):
        return None
    if not all(isinstance(node, str) and _NODE.match(node) for node in proof):
        return None
    return [bytes.fromhex(node) for node in proof]
