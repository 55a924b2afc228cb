"""What the checks share: the evidence, what the reader brought along, and facts that are computed once."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ledger import tree
from sealing.header import Header, parse_header
from sealing.layout import chunk_root, read_layout
from sealing.parameters import Parameters, read_parameters
from sealing.trailer import Detached, parse_trailer
from suites import Refused
from suites.revocation import Trust
from tendering.bundle import form
from tendering.rules.collection import STORE_CHECKS
from verifier.evidence import Evidence, LedgerEntry

ENDS = ("bid.opened", "bid.revoked", "bid.withdrawn_no_blame")
MOST_DIGITS = 16
COEFFICIENTS_DRAWN, COMMITTEE_DRAWN = "draw.revealed", "committee.drawn"
SUPPLEMENTED, REPORTED = "committee.supplemented", "report.drafted"


class Place(NamedTuple):
    """Where the entries of a kind hold a draw's record: the way to it in the payload, and what is drawn there.

    `exclusive`: who is drawn for one matter is passed over in the next. It is no choice of who holds the draw.
    """

    path: tuple[str, ...]
    matter: str
    exclusive: bool = False


# Whatever stands there is a draw, however it looks: looking for what looks like one would miss what hides itself.
DRAWN_IN: dict[str, Place] = {
    COEFFICIENTS_DRAWN: Place(("record",), "coefficients"),
    COMMITTEE_DRAWN: Place((), "experts", exclusive=True),
    SUPPLEMENTED: Place(("record",), "experts"),
    REPORTED: Place(("content", "draw"), "ties"),
}


@dataclass(frozen=True)
class Brought:
    """What the reader holds and the platform cannot have chosen: pinned keys, what was saved, the stage known of."""

    log_key: str = ""
    trust: tuple[bytes, ...] = ()
    checkpoints: tuple[str, ...] = ()
    receipts: tuple[Mapping[str, Any], ...] = ()  # as `ledger.offline.read_receipt` returns them
    witnesses: tuple[str, ...] = ()
    timestamp_roots: tuple[bytes, ...] = ()
    stage: str = ""  # which the bundle must show


@dataclass(frozen=True)
class LogFacts:
    """Roots of the tree at the sizes that are asked for, and leaves at the indexes that are asked for."""

    roots: Mapping[int, bytes]
    leaves: Mapping[int, bytes]


@dataclass(frozen=True)
class BidFile:
    """A bid's sealed file, or in the public variant its header and trailer: what was read, or every reason against it.

    `root` is the one over the chunks, None where there are no chunks to hash.
    """

    detached: Detached | None
    root: bytes | None
    reasons: tuple[str, ...]


@dataclass
class Case:
    """One lot's bundle under examination. Checks read it; only those may use a fact whose needed checks passed."""

    evidence: Evidence
    brought: Brought = field(default_factory=Brought)

    @property
    def roots(self) -> Trust:
        """The trusted roots: the pinned ones, else those that the bundle names; with the bundle's revocation lists."""
        return Trust(self.brought.trust or self.evidence.roots, self.evidence.crls)

    @property
    def log(self) -> LogFacts:
        """The tree under SHA-256, which proofs and draws speak of."""
        return self.trees["sha256"]

    @cached_property
    def trees(self) -> dict[str, LogFacts]:
        """Walk the leaves of each tree once, keeping what is asked for: hash name → facts."""
        sizes, indexes = set(self._sizes()), set(self._indexes())
        return {name: self._walked(name, sizes, indexes) for name in form.LEAVES}

    def _walked(self, name: str, sizes: set[int], indexes: set[int]) -> LogFacts:
        hashed = tree.HASHES[name]
        roots, leaves = {0: tree.frontier_root([], hashed)}, {}
        frontier: list[bytes] = []
        for index, leaf in enumerate(self._leaves(form.LEAVES[name])):
            frontier = tree.extended(frontier, index, leaf, hashed)
            if index + 1 in sizes:
                roots[index + 1] = tree.frontier_root(frontier, hashed)
            if index in indexes:
                leaves[index] = leaf
        return LogFacts(roots, leaves)

    def _leaves(self, member: str) -> Iterator[bytes]:
        for block in self.evidence.archive.blocks(member):
            for at in range(0, len(block), form.LEAF):
                yield block[at : at + form.LEAF]

    def _sizes(self) -> Iterator[int]:
        evidence = self.evidence
        yield evidence.body["size"]
        yield from (row["size"] for row in evidence.checkpoints)
        yield from (receipt["evidence"]["size"] for receipt in evidence.receipts.values())
        yield from (size for _place, size, _root in self.claimed_heads())
        yield from (size for note in self.brought.checkpoints if (size := note_size(note)) is not None)
        yield from (receipt["size"] for receipt in self.brought.receipts)

    def _indexes(self) -> Iterator[int]:
        yield from (entry.index for entry in self.evidence.entries)
        yield from (receipt["evidence"]["index"] for receipt in self.evidence.receipts.values())
        yield from (receipt["index"] for receipt in self.brought.receipts)

    def claimed_heads(self) -> list[tuple[str, int, str]]:
        """Return every head of the log that a draw or a custodian's statement names: place, size, root in hex."""
        found = [("a draw", record["checkpoint"]["size"], record["checkpoint"]["root"]) for _, record in self.records]
        return found + [(f"the statement of {kid[:16]}", size, root) for kid, size, root in self._seen_heads()]

    def _seen_heads(self) -> Iterator[tuple[str, int, str]]:
        for shares in self.evidence.shares.values():
            statements = [row["statement"] for row in shares["releases"] if row["statement"]] + shares["refusals"]
            for statement in statements:
                body = statement.get("body")
                head = body.get("ledger_head") if isinstance(body, dict) else None
                if isinstance(head, dict) and isinstance(head.get("size"), int) and isinstance(head.get("root"), str):
                    yield str(body.get("kid")), head["size"], head["root"]

    @cached_property
    def shown_draws(self) -> list[tuple[LedgerEntry, Any]]:
        """Whatever stands where a draw's record belongs, with its entry; a report without a tie has none."""
        found = [(entry, drawn_in(entry.kind, entry.payload)) for entry in self.evidence.of(*DRAWN_IN)]
        return [(entry, value) for entry, value in found if entry.kind != REPORTED or value is not None]

    @cached_property
    def records(self) -> list[tuple[LedgerEntry, Mapping[str, Any]]]:
        """Those of them that name a head of the log: sound or not, it must be one of this log."""
        return [(entry, value) for entry, value in self.shown_draws if _names_head(value)]

    def drawn(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the records that entries of one kind hold."""
        return [record for entry, record in self.records if entry.kind == kind]

    @cached_property
    def closing(self) -> LedgerEntry | None:
        """The entry that closed the lot."""
        return self.evidence.last("lot.closed")

    @cached_property
    def in_force(self) -> dict[str, int]:
        """The closing set: digest → sequence of the bids that were to be opened."""
        rows = self.closing.payload["bids"] if self.closing else []
        return {row["bid_digest"]: row["sequence"] for row in rows if row["state"] == "received"}

    @cached_property
    def ends(self) -> dict[str, LedgerEntry]:
        """How each bid ended: digest → the last of its entries."""
        return {entry.payload["bid_digest"]: entry for entry in self.evidence.of(*ENDS)}

    @cached_property
    def opened(self) -> dict[str, LedgerEntry]:
        """The opened bids in reading order."""
        return {entry.payload["bid_digest"]: entry for entry in self.evidence.of("bid.opened")}

    @cached_property
    def priced(self) -> dict[str, LedgerEntry]:
        """The opened bids that name a price, in reading order: what is evaluated."""
        return {digest: entry for digest, entry in self.opened.items() if "price_yuan" in entry.payload}

    @cached_property
    def envelopes(self) -> dict[str, str]:
        """Under which envelope each bid was received: digest → envelope."""
        return {one.payload["bid_digest"]: one.payload["envelope"] for one in self.evidence.of("bid.received")}

    @cached_property
    def trailers(self) -> dict[str, str]:
        """By which hash each bid's trailer was logged when it came: digest → SHA-256 of its bytes."""
        return {one.payload["bid_digest"]: one.payload["trailer_sha256"] for one in self.evidence.of("bid.received")}

    def retrailed(self, digest: str) -> bool:
        """Whether a bid's file has its digest and yet not the trailer received; `header_mac` nothing else binds."""
        file = self.files.get(digest)
        found = file.detached if file else None
        if found is None or found.bid_digest != digest:
            return False
        return hashlib.sha256(found.trailer.raw).hexdigest() != self.trailers.get(digest)

    def releases(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield every share in the bundle with its bid's digest."""
        for digest, shares in sorted(self.evidence.shares.items()):
            yield from ((digest, row) for row in shares["releases"])

    def lost_by_platform(self, digest: str) -> bool:
        """Whether the platform itself recorded that its file of this bid was missing or damaged."""
        end = self.ends.get(digest)
        return end is not None and end.kind == "bid.withdrawn_no_blame" and end.payload["check"] in STORE_CHECKS

    @cached_property
    def parameters(self) -> Parameters:
        """The signed parameters in force at the end."""
        return read_parameters(self.evidence.parameters[-1]["statement"]["body"])

    @cached_property
    def files(self) -> dict[str, BidFile]:
        """Every bid in the bundle, its chunks hashed once: digest → what its file is."""
        evidence = self.evidence
        if evidence.public:
            return {digest: _from_parts(evidence, digest) for digest in evidence.headers}
        return {digest: _from_sealed(evidence, digest) for digest in evidence.sealed}

    def header(self, digest: str) -> Header | None:
        """Return a bid's header, where its file can be read and is the one of this digest."""
        file = self.files.get(digest)
        found = file.detached if file else None
        return found.header if found is not None and found.bid_digest == digest else None


def note_size(note: str) -> int | None:
    """Return the size that a checkpoint's text claims, None where it is no number."""
    claimed = [*note.split("\n"), ""][1]
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) <= MOST_DIGITS else None


def drawn_in(kind: str, payload: Mapping[str, Any]) -> Any:
    """Return what stands in a payload where entries of this kind hold a draw's record; None where nothing does."""
    if kind not in DRAWN_IN:
        return None
    value: Any = payload
    for name in DRAWN_IN[kind].path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _names_head(value: Any) -> bool:
    head = value.get("checkpoint") if isinstance(value, dict) else None
    return isinstance(head, dict) and type(head.get("size")) is int and isinstance(head.get("root"), str)


def _from_sealed(evidence: Evidence, digest: str) -> BidFile:
    with evidence.archive.extracted(form.bid_member(digest, form.SEALED)) as path:
        try:
            layout = read_layout(path)
            return BidFile(layout.detached, chunk_root(layout), ())
        except Refused as refused:
            return BidFile(None, None, tuple(f"{check}: {reason}" for check, reason in refused.reasons))


def _from_parts(evidence: Evidence, digest: str) -> BidFile:
    try:
        header = parse_header(evidence.headers[digest])
        return BidFile(Detached(header, parse_trailer(evidence.trailers[digest])), None, ())
    except Refused as refused:
        return BidFile(None, None, tuple(f"{check}: {reason}" for check, reason in refused.reasons))
    except KeyError:
        return BidFile(None, None, ("the trailer is missing",))
