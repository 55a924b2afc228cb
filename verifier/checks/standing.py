"""How each bid stands by the log's own entries: received, replaced, withdrawn or superseded, and through which entry.

The intake is over with the closing, and a bid has one life: received once, ended once while it stands. A log that tells
it otherwise tells of a bid that vanished or came back.
"""

from typing import NamedTuple

from verifier.case import Case
from verifier.evidence import LedgerEntry
from verifier.outcome import short

RECEIVED, STANDING = "bid.received", "received"
WITHDRAWN, INCOMPLETE, SUPERSEDED = "bid.withdrawn", "bids.incomplete", "bids.superseded"
ENDING = {  # kind → the state of the bids that it lists
    RECEIVED: "replaced",
    WITHDRAWN: "withdrawn",
    INCOMPLETE: "withdrawn",
    SUPERSEDED: "superseded_by_amendment",
}
AMENDING = ("lot.amended", "lot.postponed")
INTAKE = (*ENDING, *AMENDING)


class Standing(NamedTuple):
    """A bid's state, the entry that received it and the one that gave it this state (the same while it stands)."""

    state: str
    received: LedgerEntry
    by: LedgerEntry

    @property
    def sequence(self) -> int:
        """The bidder's count of its bids."""
        return int(self.received.payload["sequence"])

    @property
    def envelope(self) -> str:
        """The envelope that it was received for."""
        return str(self.received.payload["envelope"])


class History(NamedTuple):
    """Every bid's standing by digest, and what the entries tell that no honest intake does."""

    standings: dict[str, Standing]
    wrong: list[str]


def history(case: Case, until: LedgerEntry | None) -> History:
    """Return what the log before an entry (None: the whole of it) says of every bid."""
    found = History({}, [])
    for entry in case.evidence.of(*ENDING):
        if until is None or entry.index < until.index:
            _end(found, entry)
            _receive(found, entry)
    return found


def _end(found: History, entry: LedgerEntry) -> None:
    for digest in ended_by(entry):
        old = found.standings.get(digest)
        place = f"entry {entry.index}: {entry.kind} ends {short(digest)}"
        if old is None or old.state != STANDING:
            found.wrong.append(f"{place}, which did not stand then")
            continue
        if entry.kind == RECEIVED and entry.payload["envelope"] != old.envelope:
            found.wrong.append(f"{place}, a bid of another envelope")
        found.standings[digest] = old._replace(state=ENDING[entry.kind], by=entry)


def _receive(found: History, entry: LedgerEntry) -> None:
    if entry.kind != RECEIVED:
        return
    digest = entry.payload["bid_digest"]
    if digest in found.standings:  # else a second receipt would bring a withdrawn bid back
        found.wrong.append(f"entry {entry.index}: {short(digest)} is received a second time")
    else:
        found.standings[digest] = Standing(STANDING, entry, entry)


def bidders(case: Case) -> dict[str, str]:
    """Return whom the bundle's receipts are made out to: digest → bidder. The platform signs them, and can anew."""
    bodies = {digest: one["statement"].get("body") for digest, one in case.evidence.receipts.items()}
    return {
        digest: str(body["bidder"]) for digest, body in bodies.items() if isinstance(body, dict) and "bidder" in body
    }


def ended_by(entry: LedgerEntry) -> list[str]:
    """Return the bids that an entry of the intake ends."""
    payload = entry.payload
    if entry.kind == RECEIVED:
        return list(payload["replaces"])
    return list(payload["bids"]) if "bids" in payload else [payload["bid_digest"]]
