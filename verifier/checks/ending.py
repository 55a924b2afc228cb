"""When shares were released and how bids ended, envelope by envelope in the signed order (later ones: the admitted)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sealing.fields import is_time, parse_time
from sealing.policy import CUSTODIANS
from verifier.case import ENDS, Case
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable, short


@dataclass(frozen=True)
class Envelope:
    """One envelope's opening as the log tells it; `due` are its bids to be opened: later ones of the admitted only."""

    name: str
    started: LedgerEntry | None
    window_ended: LedgerEntry | None
    finished: LedgerEntry | None
    due: frozenset[str]

    def first_end(self, case: Case) -> int | None:
        """Return the index of the first entry that ended a bid of this envelope."""
        return min((entry.index for digest, entry in case.ends.items() if digest in self.due), default=None)


class Known(NamedTuple):
    """Indexes that a share's time is judged by: its envelope's first ended bid, and its bidder's call for rescue."""

    first_end: int | None
    asked: int | None


def envelopes_of(case: Case) -> list[Envelope]:
    """Return the envelopes in the signed order."""
    order = case.parameters.envelopes
    evidence = case.evidence
    ended, finished = evidence.last("opening.window_ended"), evidence.last("opening.finished")
    first = Envelope(order[0], case.closing, ended, finished, bids_of(case, order[0]))
    return [first, *(_later(case, name) for name in order[1:])]


def bids_of(case: Case, name: str) -> frozenset[str]:
    """Return the bids of an envelope that were in force at the deadline."""
    return frozenset(digest for digest in case.in_force if case.envelopes.get(digest) == name)


def _later(case: Case, name: str) -> Envelope:
    found = {
        kind: [entry for entry in case.evidence.of(f"envelope.{kind}") if entry.payload["envelope"] == name]
        for kind in ("started", "window_ended", "finished")
    }
    started, window_ended, finished = (rows[-1] if rows else None for rows in found.values())
    admitted = started.payload["admitted"] if started else ()
    return Envelope(name, started, window_ended, finished, bids_of(case, name).intersection(admitted))


def bid_ends(case: Case) -> Finding:
    """Every bid that is due ended exactly once, no other was opened, and the log counts them right."""
    ended = [entry.payload["bid_digest"] for entry in case.evidence.of(*ENDS)]
    envelopes = envelopes_of(case)
    due = frozenset().union(*(envelope.due for envelope in envelopes))
    twice = sorted(digest for digest, count in Counter(ended).items() if count > 1)
    wrong = [f"{short(digest)} was opened or ended without being due" for digest in ended if digest not in due]
    wrong += [f"{short(digest)} ended twice" for digest in twice]
    wrong += [reason for envelope in envelopes for reason in _envelope_reasons(case, envelope)]
    wrong += _nowhere_due(case, {envelope.name for envelope in envelopes})
    for digest, entry in case.ends.items():
        header = case.header(digest)
        if header is not None and entry.payload["bidder"] != header.binding.bidder:
            told_of = entry.payload["bidder"]
            wrong.append(f"{short(digest)} was read out as of {told_of}, it is of {header.binding.bidder}")
    return judged(wrong, f"{len(case.opened)} opened, {len(ended) - len(case.opened)} not")


def _nowhere_due(case: Case, names: set[str]) -> list[str]:
    """A bid in force under an envelope that the tender does not have would never be due, and nobody would miss it."""
    told = {digest: case.envelopes.get(digest, "none") for digest in sorted(case.in_force)}
    return [
        f"{short(digest)} is for the envelope {name}, never opened"
        for digest, name in told.items()
        if name not in names
    ]


def _envelope_reasons(case: Case, envelope: Envelope) -> Iterator[str]:
    due = envelope.due
    ends = [entry for digest, entry in case.ends.items() if digest in due]
    opened = sum(entry.kind == "bid.opened" for entry in ends)
    finished = envelope.finished
    if finished is None:
        if ends:
            yield f"bids of envelope {envelope.name} ended, and its opening is not finished"
        return
    yield from (f"{short(digest)} was due and has no end" for digest in sorted(due - set(case.ends)))
    told = (finished.payload["opened"], finished.payload["not_opened"])
    if told != (opened, len(ends) - opened):
        yield f"the log counts {told[0]} opened and {told[1]} not, there are {opened} and {len(ends) - opened}"
    if envelope.started is not None and finished.index < envelope.started.index:
        yield f"envelope {envelope.name} was finished before it was started"


def release_time(case: Case) -> Finding:
    """No share was released before deadline and closing or its envelope's turn, none after its first price was out."""
    released = case.evidence.of("share.released")
    if not released:
        return not_applicable("no share was released")
    envelopes = {envelope.name: envelope for envelope in envelopes_of(case)}
    asked = {one.payload.get("bid_digest"): one.index for one in case.evidence.of("opening.rescue_asked")}
    first_ends = {name: envelope.first_end(case) for name, envelope in envelopes.items()}
    wrong = []
    for entry in released:
        digest = entry.payload["bid_digest"]
        envelope = envelopes.get(case.envelopes.get(digest, ""))
        reasons = ["of an envelope that is not foreseen"]
        if envelope is not None:
            known = Known(first_ends[envelope.name], asked.get(digest))
            reasons = list(_time_reasons(case, entry, envelope, known))
        wrong += [f"entry {entry.index}: a share of {short(digest)}: {reason}" for reason in reasons]
    wrong += _statement_times(case)
    return judged(wrong, f"{len(released)} shares, all after {case.parameters.deadline:%Y-%m-%dT%H:%M:%SZ}")


def _time_reasons(case: Case, entry: LedgerEntry, envelope: Envelope, known: Known) -> Iterator[str]:
    digest = entry.payload["bid_digest"]
    if case.closing is None or entry.at < case.parameters.deadline or entry.index < case.closing.index:
        yield f"released at {entry.at_text}, before the lot closed"
    elif envelope.started is None or entry.index < envelope.started.index or digest not in envelope.due:
        yield "released before its envelope's turn, or though it is not to be opened"
    if known.first_end is not None and entry.index > known.first_end:
        yield "released after the first bid was read out"
    if not _custodians_due(case, entry, envelope, known):
        yield "custodians acted before the window ended, and the bidder had not asked"


def _custodians_due(case: Case, entry: LedgerEntry, envelope: Envelope, known: Known) -> bool:
    """Whether custodians might act: always where they stand alone or must join, else after the window or when asked."""
    if entry.payload["group"] != CUSTODIANS or case.parameters.policy != "bidder-or-custodians":
        return True
    if envelope.window_ended is not None and envelope.window_ended.index < entry.index:
        return True
    return known.asked is not None and known.asked < entry.index


def _statement_times(case: Case) -> Iterator[str]:
    for digest, row in case.releases():
        body = row["statement"].get("body") if row["statement"] else None
        at = body.get("at") if isinstance(body, dict) else None
        if is_time(at) and parse_time(str(at)) < case.parameters.deadline:
            yield f"{short(digest)}: custodian {short(row['kid'])} signed its release at {at}, before the deadline"
