"""What the agent knows of the platform's log: every leaf it ever saw, so that no history can be rewritten behind it.

Each new face is added to the tree and the signed checkpoint must have that tree's root; an entry shown with its body
must hash to the leaf kept at its index. Public entries that a decision reads are remembered once a signed head covers
them, so that none can be hidden later, and so is the closing entry that was acted on.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from custodian.files import read_json, write_atomically
from ledger import entries, notes, tree
from sealing.releases import LedgerHead
from sealing.writing import write_all

LEAF = 32
_HASH = re.compile(r"[0-9a-f]{64}\Z")
POSTPONING = ("lot.announced", "lot.amended", "lot.postponed")
# Public kinds that follow a lot's closing entry: none that stands behind one of them is the true one.
AFTER_CLOSING = frozenset(
    {"opening.started", "opening.window_ended", "opening.finished"}
    | {"envelope.started", "envelope.window_ended", "envelope.finished"}
)
HALTING = frozenset({"lot.suspended", "lot.resumed", "lot.terminated", "lot.failed"})
REMEMBERED = AFTER_CLOSING | HALTING | set(POSTPONING)


class LogBroken(Exception):
    """The platform's log is not the one that was seen before, or not the one it signed: nothing is released."""


class Log:
    """The leaves on disk (`leaves`), and `memory.json`: how many of them are confirmed, and what is remembered.

    That is the log's key, `remembered`: lot → its entries of the kinds `REMEMBERED`, and `closings`: lot → the index of
    the closing entry that was acted on.
    """

    def __init__(self, folder: Path, *, pinned: str = "") -> None:
        self._leaves_path, self._memory_path = folder / "leaves", folder / "memory.json"
        memory = read_json(self._memory_path)
        self.key: str = pinned or memory.get("log_key", "")
        self.closings: dict[str, int] = memory.get("closings", {})
        self._pending: list[dict[str, Any]] = []  # followed, not yet under a signed head
        self.leaves = self._read(memory.get("size", 0))
        self._kept = len(self.leaves)
        self._frontier: list[bytes] = []
        for size, leaf in enumerate(self.leaves):
            self._frontier = tree.extended(self._frontier, size, leaf)
        self.head = LedgerHead(self._kept, self._root().hex())  # the last one that the log signed
        if memory and self.head.root != memory["root"]:
            raise LogBroken("the agent's own memory of the log is damaged")
        kept = memory.get("remembered", memory.get("amendments", {}))  # the second: homes of earlier versions
        self.remembered: dict[str, list[dict[str, Any]]] = {
            lot: [row for row in rows if self.proven(row)] for lot, rows in kept.items()
        }

    def learn_key(self, verifier: str) -> None:
        """Keep the log's key at first contact; afterwards another one is refused.

        :raises LogBroken: it is not the key that is pinned, or no key at all
        """
        if self.key and self.key != verifier:
            raise LogBroken("the platform shows another log key")
        try:
            notes.parsed_key(verifier)
        except notes.BadNote as error:
            raise LogBroken("the platform shows no log key") from error
        self.key = verifier

    def follow(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the feed's next rows. Nothing counts before `confirm`.

        :raises LogBroken: a gap, a leaf that is no hash, or a body that does not hash to its leaf
        """
        for row in rows:
            size = len(self.leaves)
            if row["index"] != size:
                raise LogBroken(f"entry {row['index']} where {size} belongs")
            leaf = _leaf_of(row)
            if row["body"] is not None:
                _check_leaf(row, leaf)
                self._note(size, row)
            self._frontier = tree.extended(self._frontier, size, leaf)
            self.leaves.append(leaf)

    def confirm(self, note: str) -> bool:
        """Hold the followed leaves against the signed head and keep them; False while the head is ahead of the feed.

        :raises LogBroken: the note is not signed by the log, or its root is not that of the leaves seen
        """
        try:
            name, public = notes.parsed_key(self.key)
            signed = notes.verified_checkpoint(note, name, public)
        except notes.BadNote as error:
            raise LogBroken(f"the head is not signed by the log: {error}") from error
        if signed.size > len(self.leaves):
            return False
        root = tree.root(self.leaves[: signed.size]) if signed.size < len(self.leaves) else self._root()
        if signed.root != root:
            raise LogBroken("the signed head does not extend the history seen before")
        if signed.size < self._kept:
            raise LogBroken("the log has become shorter")
        self.head = LedgerHead(signed.size, root.hex())
        self._remember()
        self._keep()
        return True

    def proven(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry shown with its body is the one at its index, under the head that the log has signed."""
        index = row["index"]
        if not isinstance(index, int) or not 0 <= index < self.head.size:
            return False
        try:
            _check_leaf(row, self.leaves[index])
        except LogBroken:
            return False
        return True

    def _root(self) -> bytes:
        return tree.frontier_root(self._frontier)

    def act_on(self, lot: str, index: int) -> None:
        """Remember the closing entry that a lot's shares are released on; the first one stays."""
        if lot not in self.closings:
            closings = {**self.closings, lot: index}
            self._write_memory(closings)  # first: nothing is acted on that would be forgotten
            self.closings = closings

    def _note(self, index: int, row: Mapping[str, Any]) -> None:
        body = row["body"]
        if body["kind"] in REMEMBERED and isinstance(body["lot"], str):
            self._pending.append({"index": index, "at": row["at"], "body": body, "salt": row["salt"]})

    def _remember(self) -> None:
        """Keep the noted entries that the signed head covers; the log could still take the others back."""
        for row in self._pending:
            if row["index"] < self.head.size:
                self.remembered.setdefault(row["body"]["lot"], []).append(row)
        self._pending = [row for row in self._pending if row["index"] >= self.head.size]

    def _read(self, size: int) -> list[bytes]:
        data = self._leaves_path.read_bytes() if size else b""
        if len(data) < size * LEAF:
            raise LogBroken("the agent's own memory of the log is damaged")
        return [data[at : at + LEAF] for at in range(0, size * LEAF, LEAF)]

    def _keep(self) -> None:
        """Write the confirmed leaves first, then the memory that says how many count."""
        if self._kept == self.head.size and self._memory_path.exists():
            return
        handle = os.open(self._leaves_path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.lseek(handle, self._kept * LEAF, os.SEEK_SET)
            write_all(partial(os.write, handle), b"".join(self.leaves[self._kept : self.head.size]))
            os.fsync(handle)
        finally:
            os.close(handle)
        self._write_memory(self.closings)
        self._kept = self.head.size

    def _write_memory(self, closings: Mapping[str, int]) -> None:
        memory = {**self.head._asdict(), "log_key": self.key, "remembered": self.remembered, "closings": closings}
        write_atomically(self._memory_path, json.dumps(memory, ensure_ascii=False).encode())


def _leaf_of(row: Mapping[str, Any]) -> bytes:
    """Return an entry's leaf. :raises LogBroken: not 32 bytes, whatever tree could be built over it"""
    spelt = row["leaf"]
    if not isinstance(spelt, str) or not _HASH.match(spelt):
        raise LogBroken(f"entry {row['index']} has no leaf")
    return bytes.fromhex(spelt)


def _check_leaf(row: Mapping[str, Any], leaf: bytes) -> None:
    """:raises LogBroken: index, instant and body do not give this leaf"""
    try:
        at = datetime.fromisoformat(row["at"])
        hashed = entries.leaf(row["index"], at, entries.body_hash(row["salt"], row["body"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LogBroken("an entry is malformed") from error
    if bytes.fromhex(hashed) != leaf:
        raise LogBroken(f"entry {row['index']} does not hash to its leaf")
