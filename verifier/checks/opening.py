"""The opening: shares by their holders, each bid opened again, and each shut one judged."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sealing import canonical
from sealing.header import Header, Seat
from sealing.manifest import read_manifest
from sealing.open import open_bid
from sealing.policy import BIDDER, CUSTODIANS
from sealing.releases import verify_refusal, verify_release
from sealing.shares import Share, share_commitment
from suites import Refused
from suites.base64_text import from_base64
from tendering.bundle import form
from tendering.rules.collection import BIDDERS_FAULT, Shares, store_failed
from tendering.rules.letters import price_fault
from verifier.case import Case
from verifier.checks.tender import holders_of, told
from verifier.evidence import LedgerEntry
from verifier.machine import scratch
from verifier.outcome import Finding, differing, judged, not_applicable, short

NO_SHARES = "the public variant holds no shares: contents of bids are not public"
MANIFEST = "manifest.json"
PRICED = frozenset({"whole", "price"})  # the envelopes whose letter must name a price


def releases(case: Case) -> Finding:
    """Every released share is recorded in the log, and every custodian's is signed by the holder of the key."""
    if case.evidence.public:
        return not_applicable(NO_SHARES)
    wrong = []
    recorded = _recorded(case)
    holders, _problems = holders_of(case) if case.parameters.custodians else ({}, [])
    seen = []
    for digest, row in case.releases():
        place = (digest, row["group"], row["index"], row["kid"])
        seen.append(place)
        entry = recorded.get(place)
        if entry is None:
            wrong.append(f"{short(digest)}: a share of {row['group']} {row['index']} is not in the log")
        elif row["group"] == CUSTODIANS:
            wrong += [f"{short(digest)}: {reason}" for reason in _custodian_reasons(case, digest, row, entry, holders)]
    gone = [place for place in recorded.keys() - set(seen) if place[0] in case.ends]
    wrong += [f"{short(digest)}: a recorded share of {group} {index} is missing" for digest, group, index, _kid in gone]
    twice = [place for place, count in Counter(seen).items() if count > 1]
    wrong += [f"{short(digest)}: two shares of {group} {index}" for digest, group, index, _kid in twice]
    refusals = [(digest, one) for digest, shares in case.evidence.shares.items() for one in shares["refusals"]]
    for digest, statement in refusals:
        found = _refusal_reasons(case, digest, statement, holders)
        wrong += [f"{short(digest)}: a refusal: {reason}" for reason in found]
    return judged(wrong, f"{len(seen)} shares and {len(refusals)} refusals")


def _recorded(case: Case) -> dict[tuple[str, str, int, str], LedgerEntry]:
    found = {}
    for entry in case.evidence.of("share.released"):
        payload = entry.payload
        found[payload["bid_digest"], payload["group"], payload["index"], payload["kid"]] = entry
    return found


def _custodian_reasons(
    case: Case, digest: str, row: Mapping[str, Any], entry: LedgerEntry, holders: Mapping[str, Any]
) -> list[str]:
    statement, header, holder = row["statement"], case.header(digest), holders.get(row["kid"])
    place = f"custodian {short(row['kid'])}"
    if statement is None or holder is None or header is None:
        return [f"{place}: there is no statement, no such custodian or no bid"]
    wrong = []
    if entry.payload.get("statement_sha256") != hashlib.sha256(canonical.dumps(statement)).hexdigest():
        wrong.append(f"{place}: the log names another statement")
    if entry.payload.get("matches") is not row["matches"]:
        wrong.append(f"{place}: the log says otherwise whether the share matched")
    try:
        verify_release(statement, header=header, bid_digest=digest, holder=holder, roots=case.roots)
    except Refused as refused:
        if refused.checks != ["share_commitment"]:  # judged by `shares`
            return [*wrong, *(f"{place}: {reason}" for reason in told(refused.reasons))]
    body = statement["body"]
    same = (body["group"], body["index"], body["kid"], body["share"]) == tuple(
        row[name] for name in ("group", "index", "kid", "share")
    )
    return wrong if same else [*wrong, f"{place}: the share in use is another than the signed one"]


def _refusal_reasons(case: Case, digest: str, statement: Mapping[str, Any], holders: Mapping[str, Any]) -> list[str]:
    body = statement.get("body")
    kid = body.get("kid") if isinstance(body, dict) else None
    if not isinstance(kid, str) or kid not in holders:
        return ["of no custodian of this lot"]
    try:
        found = verify_refusal(dict(statement), holder=holders[kid], roots=case.roots)
    except Refused as refused:
        return told(refused.reasons)
    return [] if found.bid_digest == digest else ["it is of another bid"]


def shares(case: Case) -> Finding:
    """Every share meets its commitment in the sealed bid, or was recorded as one that does not."""
    if case.evidence.public:
        return not_applicable(NO_SHARES)
    wrong, count = [], 0
    for digest, row in case.releases():
        header = case.header(digest)
        if header is None:
            continue
        count += 1
        holds = _committed(header, row)
        if holds is not row["matches"]:
            verdict = "meets its commitment" if holds else "does not meet its commitment"
            wrong.append(
                f"{short(digest)}: share {row['index']} of {row['group']} {verdict}, recorded was the contrary"
            )
    return judged(wrong, f"{count} shares held against their commitments")


def _committed(header: Header, row: Mapping[str, Any]) -> bool:
    seat = Seat(row["group"], row["index"], row["kid"])
    wanted = header.commitments.get(seat)
    return wanted is not None and share_commitment(header.suite, header.core, seat, from_base64(row["share"])) == wanted


@dataclass(frozen=True)
class Reopened:
    """What came of opening a bid again: `check` is the first failed one, empty when it opened."""

    check: str = ""
    by: str = ""
    manifest_sha256: str = ""
    price: str = ""
    price_kind: str = ""


def reopened(case: Case, digest: str) -> Reopened:
    """Open one bid from its released shares into a folder that is gone afterwards."""
    header = case.header(digest)
    rows = [row for row in case.evidence.shares.get(digest, {"releases": []})["releases"] if row["matches"]]
    if header is None:
        return Reopened("missing")
    matching: dict[str, set[int]] = {}
    for row in rows:
        matching.setdefault(row["group"], set()).add(row["index"])
    came = Shares(header, matching)
    if not came.openable:
        return Reopened("threshold", by=came.fault())
    if case.retrailed(digest):  # not the receipted file: whatever it fails at is no fault of the bidder's
        return Reopened("digest")
    core = header.core.hex()
    handed = [Share(digest, core, row["kid"], row["group"], row["index"], from_base64(row["share"])) for row in rows]
    by = BIDDER if came.bidder_released else CUSTODIANS
    with case.evidence.archive.extracted(form.bid_member(digest, form.SEALED)) as path, scratch() as folder:
        try:
            opened = open_bid(path, handed, folder / "opened")
        except Refused as refused:
            found = [check for check in refused.checks if check != "threshold"]
            return Reopened(found[0] if found else "threshold", by=by)
        kind = str(case.evidence.document["price_kind"]) if header.binding.envelope in PRICED else None
        return _letter((opened.folder / MANIFEST).read_bytes(), by, price_kind=kind)


def _letter(raw: bytes, by: str, *, price_kind: str | None) -> Reopened:
    """What the letter says; `price_kind` is what the document asks for, None for an envelope without a price."""
    digest = hashlib.sha256(raw).hexdigest()
    if price_kind is None:
        return Reopened(by=by, manifest_sha256=digest)
    fields = read_manifest(raw).fields
    if fault := price_fault(fields, kind=price_kind):
        return Reopened(fault, by=by)
    return Reopened(by=by, manifest_sha256=digest, price=fields["price"], price_kind=fields["price_kind"])


def opened_bids(case: Case) -> Finding:
    """Every opened bid, opened again from the released shares, says what was read out."""
    if case.evidence.public:
        return not_applicable(NO_SHARES)
    wrong = []
    for digest, entry in case.opened.items():
        found, payload = reopened(case, digest), entry.payload
        if found.check:
            wrong.append(f"{short(digest)} does not open: {found.check}")
            continue
        pairs = (
            ("manifest", payload["manifest_sha256"], found.manifest_sha256),
            ("price", payload.get("price_yuan", ""), found.price),
            ("price_kind", payload.get("price_kind", ""), found.price_kind),
            ("opened_by", payload["opened_by"], found.by),
        )
        wrong += [f"{short(digest)}: read out {reason}" for reason in differing(pairs)]
    return judged(wrong, f"{len(case.opened)} bids opened again, prices as read out")


def unopened_bids(case: Case) -> Finding:
    """Every bid that stayed shut fails, tried again, at the very check that was given as the reason."""
    ended = {digest: entry for digest, entry in case.ends.items() if entry.kind != "bid.opened"}
    if not ended:
        return not_applicable("every bid was opened")
    if case.evidence.public:
        return not_applicable(NO_SHARES)
    wrong = []
    for digest, entry in ended.items():
        wrong += [f"{short(digest)}: {reason}" for reason in _shut_reasons(case, digest, entry)]
    return judged(wrong, f"{len(ended)} bids stayed shut for the reason given")


def _shut_reasons(case: Case, digest: str, entry: LedgerEntry) -> Iterator[str]:
    said, state = entry.payload["check"], entry.kind.removeprefix("bid.")
    found = reopened(case, digest)
    if not found.check:
        yield f"it opens, though it was kept shut for {said}"
    elif found.check == "missing" and case.lost_by_platform(digest):
        return  # the platform's own fault, as it recorded: there is nothing to try
    elif found.check != said:
        yield f"it fails {found.check}, recorded was {said}"
    else:
        fault = found.by if said == "threshold" else "withdrawn_no_blame" if store_failed([said]) else BIDDERS_FAULT
        if state != fault:
            yield f"recorded as {state}, by the rules it is {fault}"
