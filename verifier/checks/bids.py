"""The sealed bids: which there are, that each is the receipted one, sealed for this lot and signed by its bidder."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sealing.fields import parse_time
from sealing.header import Header
from sealing.policy import build_groups
from sealing.statements import verify_statement
from sealing.trailer import check_signature, check_trust
from suites import Refused
from verifier.case import Case
from verifier.checks.log import inclusion_reasons
from verifier.checks.receipted import KIND, compared
from verifier.checks.standing import (
    AMENDING,
    INCOMPLETE,
    INTAKE,
    RECEIVED,
    STANDING,
    SUPERSEDED,
    WITHDRAWN,
    bidders,
    history,
)
from verifier.checks.tender import lists_as_of, self_signed_reasons, told
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, differing, judged, short


def closing_set(case: Case) -> Finding:
    """The closing set names every bid that was received, once, in the state that follows from the log."""
    closing = case.closing
    if closing is None:
        return judged(["the log has no entry that closes the lot"], "")
    known = history(case, closing)
    wanted = {digest: (one.sequence, one.state) for digest, one in known.standings.items()}
    rows = {row["bid_digest"]: (row["sequence"], row["state"]) for row in closing.payload["bids"]}
    wrong = [f"{short(digest)} was received and is missing" for digest in wanted if digest not in rows]
    wrong += [f"{short(digest)} was never received" for digest in rows if digest not in wanted]
    wrong += [
        f"{short(digest)} stands as sequence {rows[digest][0]}, {rows[digest][1]}; the log says {sequence}, {state}"
        for digest, (sequence, state) in wanted.items()
        if digest in rows and rows[digest] != (sequence, state)
    ]
    if len(rows) != len(closing.payload["bids"]):
        wrong.append("a bid stands in the closing set twice")
    wrong += [*known.wrong, *_closing_reasons(case, closing)]
    return judged(wrong, f"{len(rows)} bids, {len(case.in_force)} in force at the deadline")


def _closing_reasons(case: Case, closing: LedgerEntry) -> Iterator[str]:
    deadline = parse_time(closing.payload["deadline"])
    if closing.payload["lot"] != case.evidence.lot or len(case.evidence.of("lot.closed")) != 1:
        yield "the lot was closed more than once, or another lot"
    if deadline != case.parameters.deadline:
        yield f"the lot was closed for another deadline than the signed one, {closing.payload['deadline']}"
    if closing.at < deadline:
        yield f"the lot was closed at {closing.at_text}, before its deadline"
    late = [entry for entry in case.evidence.of(RECEIVED, WITHDRAWN) if entry.at >= deadline]
    yield from (f"entry {entry.index}: {entry.kind} at {entry.at_text}, after the deadline" for entry in late)
    # whatever its instant says: behind the closing it is in no closing set, so that a receipted bid would vanish
    behind = [entry for entry in case.evidence.of(*INTAKE) if entry.index > closing.index]
    yield from (f"entry {entry.index}: {entry.kind} stands behind the closing" for entry in behind)
    yield from _ending_reasons(case, closing)


def _ending_reasons(case: Case, closing: LedgerEntry) -> Iterator[str]:
    """BL-22: an amendment and the closing say in one entry each which bids end with them, be it none."""
    amended = [(one.at, one.payload.get("amendment")) for one in case.evidence.of(*AMENDING)]
    superseded = case.evidence.of(SUPERSEDED)
    if amended != [(one.at, one.payload["amendment"]) for one in superseded]:
        yield "the amendments and the lists of the bids that they superseded do not belong together"
    for one in superseded:
        if _standing(case, one) != set(one.payload["bids"]):
            yield f"entry {one.index}: the bids that the amendment superseded are not those in force before it"
    incomplete = case.evidence.of(INCOMPLETE)
    if [one.at for one in incomplete] != [closing.at]:
        yield "the closing does not say once, at its own instant, which bids were incomplete"
    if len(case.parameters.envelopes) == 1 and any(one.payload["bids"] for one in incomplete):
        yield "a bid counts as incomplete though the tender has one envelope only"


def _standing(case: Case, until: LedgerEntry) -> set[str]:
    """Return the bids that stand just before an entry."""
    return {digest for digest, one in history(case, until).standings.items() if one.state == STANDING}


def receipts(case: Case) -> Finding:
    """Every receipt is the platform's, of its bid, and in the log; none tells of a bid that a rival's bid ended."""
    found = case.evidence.receipts
    received = {entry.payload["bid_digest"]: entry for entry in case.evidence.of(RECEIVED)}
    expected = set(case.ends) if case.evidence.public else set(received)
    wrong = [f"the receipt of {short(digest)} is missing" for digest in sorted(expected - set(found))]
    wrong += [f"{short(digest)} has a receipt and was never received" for digest in sorted(set(found) - set(received))]
    for digest in sorted(set(found) & set(received)):
        wrong += _receipt_reasons(case, found[digest], received[digest])
    if not case.evidence.public:  # there the receipts of bids that ended before the opening are not shown
        known = bidders(case)
        wrong += [*_replacing_reasons(case, known), *_incomplete_reasons(case, known)]
    return judged(wrong, f"{len(found)} receipts are in the log")


def _replacing_reasons(case: Case, known: Mapping[str, str]) -> Iterator[str]:
    """BL-29: a bid is replaced by a bid of its own bidder; an accomplice's cannot end a rival's."""
    for entry in case.evidence.of(RECEIVED):
        bidder = known.get(entry.payload["bid_digest"], "nobody")
        for digest in entry.payload["replaces"]:
            if known.get(digest, bidder) != bidder:
                yield f"{short(digest)} of {known[digest]} is said to be replaced by a bid of {bidder}"


def _incomplete_reasons(case: Case, known: Mapping[str, str]) -> Iterator[str]:
    """EB-27: at the closing those bids end, and only those, whose bidder did not hand in every envelope."""
    entry = case.evidence.last(INCOMPLETE)
    if entry is None:
        return
    standing = [digest for digest in sorted(_standing(case, entry)) if digest in known]
    handed_in: dict[str, set[str]] = {}
    for digest in standing:
        handed_in.setdefault(known[digest], set()).add(case.envelopes[digest])
    listed = set(entry.payload["bids"])
    for digest in standing:
        missing = sorted(set(case.parameters.envelopes) - handed_in[known[digest]])
        if not missing and digest in listed:
            yield f"{short(digest)} counts as incomplete, and {known[digest]} handed in every envelope"
        if missing and digest not in listed:
            yield f"{short(digest)} stands, and {known[digest]} did not hand in {', '.join(missing)}"


def _receipt_reasons(case: Case, receipt: Mapping[str, Any], entry: LedgerEntry) -> Iterator[str]:
    digest = entry.payload["bid_digest"]
    place = f"the receipt of {short(digest)}"
    try:
        verified = verify_statement(receipt["statement"], KIND)
    except Refused as refused:
        yield from (f"{place}: {reason}" for reason in told(refused.reasons))
        return
    if verified.signer.public != case.evidence.receipt_key:
        yield f"{place}: it is signed by another key than the platform's"
    yield from (f"{place}: {reason}" for der in verified.certificates[-1:] for reason in self_signed_reasons(der))
    body, evidence = verified.body, receipt["evidence"]
    yield from (f"{place}: {reason}" for reason in differing(compared(case, body, entry)))
    if (evidence["index"], evidence["body"], evidence["salt"]) != (entry.index, entry.body, entry.salt):
        yield f"{place}: it holds another entry than the log's"
    if case.retrailed(digest):
        yield f"{place}: it names another trailer than the bundle's"
    header = case.header(digest)
    if header is not None and body.get("bidder") != header.binding.bidder:
        yield f"{place}: it is made out to {body.get('bidder')}, the bid is of {header.binding.bidder}"
    yield from inclusion_reasons(case, evidence, place)


def bid_files(case: Case) -> Finding:
    """Every bid of the closing set is there, and its bytes give the digest that receipt, log and closing set name.

    In the public variant: every one that has ended.
    """
    kind = "header" if case.evidence.public else "sealed file"
    wrong = [f"{short(digest)}: no {kind} in the bundle" for digest in _expected(case) if digest not in case.files]
    for digest, file in sorted(case.files.items()):
        wrong += [f"{short(digest)}: {reason}" for reason in file.reasons]
        if file.detached is None:
            continue
        if file.root is not None and file.root != file.detached.trailer.root:
            wrong.append(f"{short(digest)}: the chunks have another root than the trailer says")
        if file.detached.trailer.count != file.detached.header.count:
            wrong.append(f"{short(digest)}: the trailer counts other chunks than the header")
        if file.detached.bid_digest != digest:
            wrong.append(f"{short(digest)}: the file's digest is {file.detached.bid_digest}")
        if digest not in case.in_force:
            wrong.append(f"{short(digest)}: it is not in force at the deadline")
    detail = f"{len(case.files)} bids recomputed" + (" from header and trailer" if case.evidence.public else "")
    return judged(wrong, detail)


def _expected(case: Case) -> list[str]:
    """Return the bids whose file must be in the bundle: all in force but those that the platform says it lost.

    The public variant shows of a bid that has no end (yet) nothing that would name its bidder; whichever ought to have
    one is missed by `bid_ends`. Of a lost file it shows header and trailer, which the platform has apart from it.
    """
    if case.evidence.public:
        return [digest for digest in case.in_force if digest in case.ends]
    return [digest for digest in case.in_force if not case.lost_by_platform(digest)]


def binding(case: Case) -> Finding:
    """Every bid is bound to this tender, lot, document, deadline and policy, its custodians and its sequence."""
    wrong = []
    houses: Counter[tuple[str, str]] = Counter()
    for digest in sorted(case.files):
        header = case.header(digest)
        if header is not None:
            houses[header.binding.bidder, header.binding.envelope] += 1
            wrong += [f"{short(digest)}: {reason}" for reason in _binding_reasons(case, header, digest)]
    wrong += [f"{bidder} has {count} bids in force" for (bidder, _envelope), count in houses.items() if count > 1]
    return judged(wrong, f"{len(case.files)} bids are bound to the signed parameters")


def _binding_reasons(case: Case, header: Header, digest: str) -> Iterator[str]:
    signed, bound = case.parameters, header.binding
    pairs = (
        ("tender", bound.tender, signed.tender),
        ("lot", bound.lot, signed.lot),
        ("suite", bound.suite_name, signed.suite),
        ("document_hash", bound.document_hash, signed.document_hash),
        ("deadline", bound.deadline, signed.deadline),
        ("policy", bound.policy, signed.policy),
        ("sequence", bound.sequence, case.in_force.get(digest)),
        ("envelope", bound.envelope, case.envelopes.get(digest)),
    )
    yield from differing(pairs)
    if bound.envelope not in signed.envelopes:
        yield f"envelope {bound.envelope} is not one of the tender's"
    own = next((group.recipients[0] for group in bound.groups if group.name == "bidder"), "")
    groups = build_groups(signed.policy, bidder_kid=own, custodians=signed.custodians, threshold=signed.threshold)
    if bound.policy == signed.policy and bound.groups != groups:
        yield "its recipients are not the custodians of the signed parameters"


def signatures(case: Case) -> Finding:
    """Every bid is signed by its bidder; the certificate leads to the root and was valid at the deadline.

    A revocation counts when it came before the bid was received, as at the intake.
    """
    wrong = []
    received = {entry.payload["bid_digest"]: entry.at for entry in case.evidence.of(RECEIVED)}
    for digest, file in sorted(case.files.items()):
        if file.detached is not None:
            header, trailer = file.detached.header, file.detached.trailer
            trusted = case.roots.as_of(received[digest]) if digest in received else case.roots
            found = check_signature(header, trailer) or check_trust(header, trailer, trusted)
            wrong += [f"{short(digest)}: {reason}" for reason in told(found)]
    return judged(wrong, f"{len(case.files)} bids are signed by the bidders they name; {lists_as_of(case)}")
