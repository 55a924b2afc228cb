"""Who was admitted to each later envelope (3.3), as far as the log tells it.

Recomputed: the envelope was started once, after the one before it was finished; every admitted bid is one of this
envelope, in force at the deadline, of a bidder all of whose earlier envelopes were opened before. Not recomputed, since
no entry gives a reason: why a bidder whose earlier envelopes were opened was left out. That is the host's word; it is
told, with the bid, so that nobody is dropped silently.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from verifier.case import Case
from verifier.checks.ending import Envelope, envelopes_of
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable, short

STARTED, OPENED = "envelope.started", "bid.opened"


def admitted(case: Case) -> Finding:
    """Every later envelope was started once, in its turn, for bids of bidders whose earlier envelopes were opened."""
    envelopes = envelopes_of(case)
    starts = case.evidence.of(STARTED)
    if not starts:
        return not_applicable("no later envelope was started")
    later = [envelope.name for envelope in envelopes[1:]]
    wrong = [
        f"entry {one.index} starts the envelope {one.payload['envelope']}, which the tender has not as a later one"
        for one in starts
        if one.payload["envelope"] not in later
    ]
    owners, told = _owners(case), []
    for place, envelope in enumerate(envelopes[1:], start=1):
        if envelope.started is not None:
            wrong += _start_reasons(case, envelope, envelopes[place - 1])
            wrong += _bid_reasons(case, envelope, envelopes[:place], owners)
            told.append(_told(case, envelope, envelopes[:place], owners))
    return judged(wrong, "; ".join(told))


def left_out(case: Case, digest: str) -> LedgerEntry | None:
    """Return the entry that started the envelope of a bid in force without it, None where it was admitted or waits."""
    name = case.envelopes.get(digest)
    starts = [one for one in case.evidence.of(STARTED) if one.payload["envelope"] == name]
    out = starts and digest in case.in_force and digest not in starts[-1].payload["admitted"]
    return starts[-1] if out else None


def _owners(case: Case) -> dict[str, str]:
    """Return whose each bid in force is: by its sealed header, where that is not shown by the entry that ended it."""
    found = {digest: str(end.payload["bidder"]) for digest, end in case.ends.items()}
    headers = ((digest, case.header(digest)) for digest in case.in_force)
    return found | {digest: header.binding.bidder for digest, header in headers if header is not None}


def _start_reasons(case: Case, envelope: Envelope, before: Envelope) -> Iterator[str]:
    starts = [one for one in case.evidence.of(STARTED) if one.payload["envelope"] == envelope.name]
    if len(starts) != 1:  # the first to learn who is admitted, the next to admit others
        yield f"the envelope {envelope.name} was started {len(starts)} times, in {_places(starts)}"
    for start in starts:
        if before.finished is None or before.finished.index > start.index:
            yield f"the envelope {envelope.name} was started before {before.name} was opened (entry {start.index})"
        if not start.payload["admitted"]:
            yield f"the envelope {envelope.name} was started for nobody (entry {start.index})"


def _bid_reasons(case: Case, envelope: Envelope, earlier: list[Envelope], owners: Mapping[str, str]) -> Iterator[str]:
    start = envelope.started
    assert start is not None  # asked of started ones only
    for digest, count in Counter(start.payload["admitted"]).items():
        if count > 1:
            yield f"{short(digest)} is admitted to {envelope.name} {count} times"
        if digest not in envelope.due:
            yield f"{short(digest)} is admitted to {envelope.name}, and is no bid of it in force at the deadline"
        elif digest in owners:
            shut = _shut(case, owners[digest], earlier, owners, start)
            yield from (
                f"{short(digest)} of {owners[digest]} is admitted to {envelope.name}, and its envelope {name} was not "
                "opened before"
                for name in shut
            )


def _shut(
    case: Case, owner: str, earlier: list[Envelope], owners: Mapping[str, str], start: LedgerEntry
) -> Iterator[str]:
    """Yield the earlier envelopes of a bidder that were not opened before a later one was started."""
    opened = {
        case.envelopes.get(digest)
        for digest, entry in case.opened.items()
        if owners.get(digest) == owner and entry.index < start.index
    }
    yield from (envelope.name for envelope in earlier if envelope.name not in opened)


def _told(case: Case, envelope: Envelope, earlier: list[Envelope], owners: Mapping[str, str]) -> str:
    """Say how many were admitted, and name whom the host left out without an entry that tells why."""
    start = envelope.started
    assert start is not None
    own = [digest for digest in sorted(case.in_force) if case.envelopes.get(digest) == envelope.name]
    outside = [digest for digest in own if digest not in envelope.due]
    said = f"{envelope.name}: {len(envelope.due)} of {len(own)} admitted"
    known = [digest for digest in outside if digest in owners]
    names = [
        f"{short(digest)} of {owners[digest]}"
        for digest in known
        if not any(_shut(case, owners[digest], earlier, owners, start))
    ]
    if names:
        said += f"; left out on the host's word alone, no entry tells why: {', '.join(names)}"
    if len(known) < len(outside):  # the public variant shows no header of a bid that never ended
        said += f"; {len(outside) - len(known)} left out whose bidders are not shown"
    return said


def _places(entries: list[LedgerEntry]) -> str:
    return ", ".join(f"entry {entry.index}" for entry in entries)
