"""A bundle's members, read and held against their form; after this nothing has to be guarded against its type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sealing import canonical
from sealing.canonical import NotCanonical
from sealing.fields import Form, is_object
from suites.base64_text import from_base64
from tendering.bundle import form
from verifier.archive import Archive, TooLarge
from verifier.payloads import payload_reasons

MOST_LINE = 8 << 20
MOST_PART = 1 << 16  # header and trailer of a sealed bid


@dataclass(frozen=True)
class LedgerEntry:
    """An entry with its body, as it stands in the bundle."""

    index: int
    at_text: str
    salt: str
    body: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """The legal instant of the act."""
        return datetime.fromisoformat(self.at_text)

    @property
    def kind(self) -> str:
        """What happened."""
        return str(self.body["kind"])

    @property
    def payload(self) -> Mapping[str, Any]:
        """What is recorded of it."""
        found: Mapping[str, Any] = self.body["payload"]
        return found


@dataclass
class Evidence:
    """Everything in the bundle but the contents of sealed files and leaves, which stay in the archive."""

    archive: Archive
    body: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    checkpoints: list[Mapping[str, Any]] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    parameters: list[Mapping[str, Any]] = field(default_factory=list)
    document: Mapping[str, Any] = field(default_factory=dict)
    receipt_key: bytes = b""
    roots: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    timestamp_roots: list[bytes] = field(default_factory=list)
    receipts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    shares: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    withdrawals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    headers: dict[str, bytes] = field(default_factory=dict)
    trailers: dict[str, bytes] = field(default_factory=dict)

    @property
    def lot(self) -> str:
        """The lot's code."""
        return str(self.body["lot"])

    @property
    def public(self) -> bool:
        """Whether this is the public variant: no sealed files, no shares."""
        return bool(self.body["variant"] == form.PUBLIC)

    @property
    def sealed(self) -> list[str]:
        """The digests of the bids whose sealed file is in the bundle."""
        found = (form.parsed_bid_member(name) for name in self.archive.names())
        return [bid[0] for bid in found if bid is not None and bid[1] == form.SEALED]

    @cached_property
    def _by_kind(self) -> dict[str, list[LedgerEntry]]:
        found: dict[str, list[LedgerEntry]] = {}
        for entry in self.entries:
            found.setdefault(entry.kind, []).append(entry)
        return found

    def of(self, *kinds: str) -> list[LedgerEntry]:
        """Return the entries of these kinds in the order of the log."""
        found = [entry for kind in dict.fromkeys(kinds) for entry in self._by_kind.get(kind, [])]
        return sorted(found, key=lambda entry: entry.index) if len(kinds) > 1 else found

    def last(self, kind: str) -> LedgerEntry | None:
        """Return the last entry of a kind, None without one."""
        return next(reversed(self._by_kind.get(kind, [])), None)


class Malformed(ValueError):
    """A member has another form; the message names the place."""


def read_index(archive: Archive) -> tuple[Mapping[str, Any], str]:
    """Return body and note of `bundle.json`. :raises Malformed: it is missing, not canonical or of another form"""
    found = _json(archive, form.INDEX, form.IS_INDEX)
    return found["body"], found["note"]


def read_evidence(archive: Archive) -> tuple[Evidence, list[str]]:
    """Return what is in the bundle and every departure from its form; with any the evidence is not to be judged."""
    evidence, reasons = Evidence(archive), []
    for step in (_read_index, _read_log, _read_tender, _read_bids):
        try:
            step(evidence)
        except Malformed as error:
            reasons.append(str(error))
    return evidence, reasons


def _read_index(evidence: Evidence) -> None:
    evidence.body, evidence.note = read_index(evidence.archive)


def _read_log(evidence: Evidence) -> None:
    archive = evidence.archive
    for name in form.LEAVES.values():
        if name not in archive.members:
            raise Malformed(f"{name} is missing")
    evidence.checkpoints = _lines(archive, form.CHECKPOINTS, form.IS_CHECKPOINT)
    rows = _lines(archive, form.ENTRIES, form.IS_ENTRY)
    evidence.entries = [LedgerEntry(row["index"], row["at"], row["salt"], row["body"]) for row in rows]
    for entry in evidence.entries:
        try:
            datetime.fromisoformat(entry.at_text)
        except ValueError as error:
            raise Malformed(f"entry {entry.index}: {entry.at_text} is no instant") from error
        if wrong := payload_reasons(entry.kind, entry.payload):
            raise Malformed(f"entry {entry.index} ({entry.kind}): {'; '.join(wrong)}")


def _read_tender(evidence: Evidence) -> None:
    archive = evidence.archive
    evidence.parameters = _json(archive, form.PARAMETERS, form.IS_PARAMETERS)
    evidence.document = _json(archive, form.DOCUMENT, form.IS_DOCUMENT)
    trust = _json(archive, form.TRUST, form.IS_TRUST)
    evidence.receipt_key = from_base64(trust["receipt_key"])
    evidence.roots = [from_base64(der) for der in trust["roots"]]
    evidence.crls = [from_base64(der) for der in trust["crls"]]
    evidence.witnesses = trust["witnesses"]
    evidence.timestamp_roots = [from_base64(pem) for pem in trust["timestamp_roots"]]


def _read_bids(evidence: Evidence) -> None:
    archive = evidence.archive
    for name in archive.names():
        bid = form.parsed_bid_member(name)
        if bid is None:
            continue
        digest, kind = bid
        if kind == form.RECEIPT:
            evidence.receipts[digest] = _json(archive, name, form.IS_RECEIPT)
        elif kind == form.SHARES:
            evidence.shares[digest] = _json(archive, name, form.IS_SHARES)
        elif kind == form.WITHDRAWAL:
            evidence.withdrawals[digest] = _json(archive, name, is_object)
        elif kind in (form.HEADER, form.TRAILER):
            parts = evidence.headers if kind == form.HEADER else evidence.trailers
            parts[digest] = _raw(archive, name, MOST_PART)


def _raw(archive: Archive, name: str, most: int | None = None) -> bytes:
    try:
        return archive.read(name) if most is None else archive.read(name, most)
    except KeyError as error:
        raise Malformed(f"{name} is missing") from error
    except TooLarge as error:
        raise Malformed(str(error)) from error


def _json(archive: Archive, name: str, holds: Form) -> Any:
    return _parsed(_raw(archive, name), name, holds)


def _lines(archive: Archive, name: str, holds: Form) -> list[Any]:
    """Return the rows of a member with one canonical object a line, the last line ended too."""
    data = _raw(archive, name)
    if not data:
        return []
    if not data.endswith(b"\n"):
        raise Malformed(f"{name} ends within a line")
    rows = data[:-1].split(b"\n")
    if any(len(row) > MOST_LINE for row in rows):
        raise Malformed(f"{name} has a line of more than {MOST_LINE} bytes")
    return [_parsed(row, f"{name}, line {number}", holds) for number, row in enumerate(rows, start=1)]


def _parsed(data: bytes, place: str, holds: Form) -> Any:
    try:
        value = canonical.loads_canonical(data)
    except NotCanonical as error:
        raise Malformed(f"{place} is not canonical JSON: {error}") from error
    if not holds(value):
        raise Malformed(f"{place} has another form")
    return value
