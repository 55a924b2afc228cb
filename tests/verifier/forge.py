"""Forging bundles: members as a folder in memory, and what a platform could recompute or sign again afterwards."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import entries, notes, tree
from ledger.canonical import canonical
from sealing import canonical as sealing_canonical
from sealing.statements import sign_statement
from tendering.bundle import form
from tendering.bundle.writer import BundleWriter
from verifier.archive import Archive
from verifier.case import Case
from verifier.checks import evaluation
from verifier.evidence import Evidence, LedgerEntry

Row = dict[str, Any]


@dataclass(frozen=True)
class Platform:
    """The keys of a malicious platform: the log's and that of the receipts; and of bidders, to borrow certificates."""

    log: Ed25519PrivateKey
    receipts: Any
    bidders: dict[str, Any]
    agency: Any
    custodians: Any

    def sign(self, text: str, name: str) -> str:
        return notes.signed(text, name, self.log)


@dataclass
class Forgery:
    """The members of a bundle, to be altered; `write` lists them anew, `rebuild_log` makes the log agree with them."""

    members: dict[str, bytes]
    index: Row
    platform: Platform
    lines: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, platform: Platform) -> Forgery:
        with zipfile.ZipFile(path) as bundle:
            members = {name: bundle.read(name) for name in bundle.namelist()}
        index = json.loads(members.pop(form.INDEX))
        forgery = cls(members, index, platform)
        forgery.lines = {name: forgery._rows(name) for name in (form.ENTRIES, form.CHECKPOINTS)}
        return forgery

    def _rows(self, name: str) -> list[Row]:
        return [json.loads(line) for line in self.members[name].splitlines()]

    @property
    def entries(self) -> list[Row]:
        return self.lines[form.ENTRIES]

    @property
    def checkpoints(self) -> list[Row]:
        return self.lines[form.CHECKPOINTS]

    @property
    def body(self) -> Row:
        return self.index["body"]

    def of_kind(self, kind: str) -> list[Row]:
        return [row for row in self.entries if row["body"]["kind"] == kind]

    def payload(self, kind: str, place: int = 0) -> Row:
        return self.of_kind(kind)[place]["body"]["payload"]

    def load(self, name: str) -> Any:
        return json.loads(self.members[name])

    def store(self, name: str, value: Any) -> None:
        self.members[name] = sealing_canonical.dumps(value)

    def bid(self, digest: str, kind: str) -> str:
        return form.bid_member(digest, kind)

    def opened(self, place: int) -> str:
        """The digest of an opened bid in reading order."""
        return self.payload("bid.opened", place)["bid_digest"]

    def flip(self, name: str, place: int) -> None:
        data = bytearray(self.members[name])
        data[place] ^= 1
        self.members[name] = bytes(data)

    def leaves(self, name: str = "sha256") -> list[bytes]:
        data = self.members[form.LEAVES[name]]
        return [data[at : at + form.LEAF] for at in range(0, len(data), form.LEAF)]

    def rebuild_log(self) -> None:
        """As a platform with its keys would: leaves from the altered bodies, heads and receipts signed again."""
        for name, hashed in tree.HASHES.items():
            leaves = self.leaves(name)
            for row in self.entries:
                body = entries.body_hash(row["salt"], row["body"], hashed)
                leaf = entries.leaf(row["index"], LedgerEntry(row["index"], row["at"], "", {}).at, body, hashed)
                leaves[row["index"]] = bytes.fromhex(leaf)
            self.members[form.LEAVES[name]] = b"".join(leaves)
        for row in self.checkpoints:
            row["note"] = self.note(row["size"])
        for name in [name for name in self.members if name.endswith(form.RECEIPT)]:
            self._receipt(name)

    def note(self, size: int) -> str:
        """A checkpoint of the leaves as they stand, signed by the log."""
        name = self.body["log_key"].split("+")[0]
        roots = (tree.root(self.leaves(one)[:size], hashed) for one, hashed in tree.HASHES.items())
        return self.platform.sign(notes.Checkpoint(name, size, *roots).text, name)

    def _receipt(self, name: str) -> None:
        receipt = self.load(name)
        evidence = receipt["evidence"]
        row = next((row for row in self.entries if row["index"] == evidence["index"]), None)
        if row is None:
            return
        size = evidence["size"]
        leaves = self.leaves()
        path = [node.hex() for node in tree.inclusion_path(leaves[:size], row["index"])]
        evidence |= row | {"leaf": leaves[row["index"]].hex(), "path": path, "checkpoint": self.note(size)}
        self.store(name, receipt)

    def statement(self, kind: str, body: Row) -> Row:
        """A statement by the platform's own key."""
        return sign_statement(self.platform.receipts, kind, body)

    def settle_marks(self, row: Row) -> None:
        """Make a sheet's recorded hash agree with its marks."""
        payload = row["body"]["payload"]
        payload["sha256"] = hashlib.sha256(canonical(payload["marks"])).hexdigest()

    def reevaluate(self) -> None:
        """Compute report, candidates, result and award again from the altered prices and sheets."""
        evidence = Evidence(Archive(None), body=self.body, document=self.load(form.DOCUMENT))  # type: ignore[arg-type]
        evidence.entries = [LedgerEntry(row["index"], row["at"], row["salt"], row["body"]) for row in self.entries]
        found = evaluation.recomputed(Case(evidence))
        self.payload("report.drafted")["content"] |= found.plain
        prices = {row["body"]["payload"]["bid_digest"]: row["body"]["payload"] for row in self.of_kind("bid.opened")}
        rows = {row["bid_digest"]: row for row in self.payload("candidates.published")["candidates"]}
        ordered = [rows[place["bid"]] for place in found.plain["places"]]
        for row, place in zip(ordered, found.plain["places"], strict=True):
            price = prices[row["bid_digest"]]["price_yuan"]
            row |= {"rank": place["place"], "total": place["total"], "price_yuan": price}
        self.payload("candidates.published")["candidates"] = ordered
        self.payload("result.published")["winner"] = ordered[0]
        same = {name: ordered[0][name] for name in ("bid_digest", "uscc", "price_yuan")}
        self.payload("award.issued").update(same)

    def write(self, path: Path, *, signed: bool) -> Path:
        """Write the bundle with its list made anew; signed again by the log's key, or with the note it had."""
        for name, rows in self.lines.items():
            self.members[name] = form.lines(rows)
        body = {name: value for name, value in self.body.items() if name != "members"}
        with path.open("w+b") as out:
            writer = BundleWriter(out)
            for name, data in self.members.items():
                writer.add(name, data)
            writer.finish(body, self._signer() if signed else lambda text: self.index["note"])
        return path

    def _signer(self) -> Callable[[str], str]:
        name = self.body["log_key"].split("+")[0]
        return lambda text: self.platform.sign(text, name)
