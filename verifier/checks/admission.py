"""Who was admitted to each later envelope (3.3), as far as the log tells it.

Recomputed: the envelope was started once, after the one before it was finished; every admitted bid is one of this
envelope, in force at the deadline, of a bidder all of whose earlier envelopes were opened before; every other bid of
this envelope in force is left out with a reason, and none is in both lists. Whether such a reason is a good one is not
recomputed: it is the host's word, and told with its bid. Only that earlier envelopes were not opened is the record's.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tendering.rules.admission import is_found_shut, visible
from verifier.case import Case
from verifier.checks.ending import Envelope, bids_of, envelopes_of
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable, printable, short

STARTED = "envelope.started"


class LeftOut(NamedTuple):
    """That a bid in force was not admitted: the entry that started its envelope, and the reason there, "" for none."""

    start: LedgerEntry
    reason: str


def admitted(case: Case) -> Finding:
    """Every later envelope was started once, in its turn, for bids of bidders whose earlier envelopes were opened.

    Every other bid of it was left out with a reason.
    """
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
            wrong += _outside_reasons(case, envelope, owners)
            wrong += _words_reasons(case, envelope, envelopes[:place], owners)
            told.append(_told(case, envelope, owners))
    return judged(wrong, "; ".join(told))


def left_out(case: Case, digest: str) -> LeftOut | None:
    """Return how the envelope of a bid in force was started without it, None where it was admitted or waits."""
    name = case.envelopes.get(digest)
    starts = [one for one in case.evidence.of(STARTED) if one.payload["envelope"] == name]
    if not starts or digest not in case.in_force or digest in starts[-1].payload["admitted"]:
        return None
    reasons = [row["reason"] for row in starts[-1].payload["left_out"] if row["bid_digest"] == digest]
    return LeftOut(starts[-1], reasons[0] if reasons else "")


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


def _outside_reasons(case: Case, envelope: Envelope, owners: Mapping[str, str]) -> Iterator[str]:
    """Every bid of the envelope is in one of the two lists, so that nobody is dropped silently, nor kept both ways."""
    assert envelope.started is not None  # asked of started ones only
    own, name, rows = bids_of(case, envelope.name), envelope.name, envelope.started.payload["left_out"]
    listed = Counter(row["bid_digest"] for row in rows)
    for digest in sorted(own - envelope.due - set(listed)):
        yield f"{_named(digest, owners)} is neither admitted to {name} nor left out of it with a reason"
    for digest, count in listed.items():
        if count > 1:
            yield f"{_named(digest, owners)} is left out of {name} {count} times"
        if digest not in own:
            yield f"{short(digest)} is left out of {name}, and is no bid of it in force at the deadline"
        elif digest in envelope.due:
            yield f"{_named(digest, owners)} is admitted to {name} and left out of it"


def _words_reasons(case: Case, envelope: Envelope, earlier: list[Envelope], owners: Mapping[str, str]) -> Iterator[str]:
    """A reason can be read, and it is not that earlier envelopes stayed shut where the log shows them opened."""
    start = envelope.started
    assert start is not None  # asked of started ones only
    for row in start.payload["left_out"]:
        digest, reason = row["bid_digest"], row["reason"]
        place = f"{_named(digest, owners)} is left out of {envelope.name}"
        if not visible(reason):
            yield f"{place} for a blank reason"
        elif digest in owners and is_found_shut(reason) and not [*_shut(case, owners[digest], earlier, owners, start)]:
            yield f"{place} since its earlier envelopes were not opened, and the log shows them opened"


def _told(case: Case, envelope: Envelope, owners: Mapping[str, str]) -> str:
    """Say how many were admitted, and whom the host left out for what reason."""
    assert envelope.started is not None
    said = f"{envelope.name}: {len(envelope.due)} of {len(bids_of(case, envelope.name))} admitted"
    names = [
        f"{_named(row['bid_digest'], owners)}: “{printable(row['reason'])}”"
        for row in envelope.started.payload["left_out"]
    ]
    return f"{said}; left out by the host: {', '.join(names)}" if names else said


def _named(digest: str, owners: Mapping[str, str]) -> str:
    """Name a bid with its bidder, where that is shown: the public variant hides whose a bid was that never ended."""
    return f"{short(digest)} of {owners[digest]}" if digest in owners else short(digest)


def _places(entries: list[LedgerEntry]) -> str:
    return ", ".join(f"entry {entry.index}" for entry in entries)
