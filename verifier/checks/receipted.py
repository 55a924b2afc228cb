"""What the platform signed as a bid's receipt, held against the log's entry that received the bid."""

from collections.abc import Mapping
from typing import Any

from ledger.canonical import instant
from verifier.case import Case
from verifier.evidence import LedgerEntry

KIND = "bid.receipt"


def compared(case: Case, body: Mapping[str, Any], entry: LedgerEntry) -> list[tuple[str, object, object]]:
    """Return what a signed receipt and an entry that received a bid both tell: name, as signed, as logged."""
    payload = entry.payload
    said = {name: payload[name] for name in ("bid_digest", "sequence", "size", "envelope", "trailer_sha256")}
    said |= {"lot": case.evidence.lot, "received_at": instant(entry.at)}
    return [(name, body.get(name), value) for name, value in said.items()]
