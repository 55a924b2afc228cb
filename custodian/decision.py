"""May this bid's share be handed out? The platform's word is checked piece by piece, then the one pure rule decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from custodian.home import Home
from custodian.log import Log
from sealing.header import Header, parse_header
from sealing.parameters import verify_parameters
from sealing.release_rule import may_release
from sealing.trailer import Detached, parse_trailer
from suites import Reason, Refused
from suites.base64_text import from_base64
from suites.paths import check_path
from suites.revocation import Trust

AMENDING = ("lot.announced", "lot.amended", "lot.postponed")


@dataclass(frozen=True)
class Judged:
    """A bid of the work list and every reason against releasing; none: it may be released."""

    bid: Detached
    reasons: list[Reason]


def judge(
    home: Home,
    log: Log,
    lot: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    now: datetime,
    skew: timedelta,
    crls: Sequence[str] = (),
) -> Judged:
    """Return the decision on one bid of the work list; `crls` are the revocation lists told with it, base64 DER.

    :raises Refused: header or trailer are not those of a sealed bid
    :raises ValueError: the work list itself is malformed
    """
    bid = Detached(parse_header(from_base64(row["header"])), parse_trailer(from_base64(row["trailer"])))
    bodies, reasons = _bodies(log, lot)
    if bid.bid_digest != row["bid_digest"] or bid.header.binding.lot != lot["lot"]:
        reasons.append(Reason("closing_set", "header and trailer are of another bid"))
    reasons += _parameter_reasons(home, bid.header, bodies)
    closing = next((body for body in bodies if body["kind"] == "lot.closed"), None)
    roots = list(home.roots)
    reasons += may_release(bid, closing, bodies, own_now=now, skew=skew, roots=roots)
    reasons += _revocation_reasons(bid, bodies, Trust(roots, [from_base64(text) for text in crls]))
    return Judged(bid, reasons)


def _revocation_reasons(bid: Detached, bodies: Sequence[Mapping[str, Any]], trust: Trust) -> list[Reason]:
    """The bidder's certificate was not revoked when the platform took the bid in; what came later harms no bid."""
    binding = bid.header.binding
    taken = [
        b["at"] for b in bodies if b["kind"] == "bid.received" and b["payload"].get("bid_digest") == bid.bid_digest
    ]
    instant = datetime.fromisoformat(taken[-1]) if taken else binding.deadline
    found = check_path(list(bid.trailer.certificates), trust.as_of(instant), binding.deadline)
    return [reason for reason in found if reason.check in ("revoked", "crl")]


def _bodies(log: Log, lot: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Reason]]:
    """Return the lot's proven entries with the amendments kept from before, in order, and what could not be proven."""
    reasons, shown = [], {}
    for row in lot["entries"]:
        if not log.proven(row):
            reasons.append(Reason("closing_set", f"entry {row.get('index')} is not in the log that was signed"))
        elif row["body"]["lot"] == lot["lot"]:
            shown[row["index"]] = {**row["body"], "at": row["at"]}
    for kept in log.amendments.get(lot["lot"], []):
        shown.setdefault(kept["index"], {**kept["body"], "at": kept["at"]})
    return [shown[index] for index in sorted(shown)], reasons


def _parameter_reasons(home: Home, header: Header, bodies: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """The agency's first statement and all later ones lead to the pinned root, are of one agency, and name this bid."""
    signers, reasons, latest = set(), [], None
    for body in bodies:
        if body["kind"] not in AMENDING:
            continue
        try:
            latest, statement = verify_parameters(
                body["payload"].get("parameters"), roots=list(home.roots), at=header.binding.deadline
            )
            signers.add(statement.signer.organisation)
        except Refused as refused:
            reasons.append(Reason("postponement", f"the parameters cannot be verified: {refused}"))
    if latest is None:
        return [*reasons, Reason("postponement", "the lot has no parameters signed by its agency")]
    if len(signers) > 1:
        reasons.append(Reason("postponement", "the parameters are signed by different organisations"))
    binding = header.binding
    if binding.envelope not in latest.envelopes:
        reasons.append(Reason("envelope", f"the agency foresaw no envelope {binding.envelope}"))
    pairs = {
        "tender": (latest.tender, binding.tender),
        "lot": (latest.lot, binding.lot),
        "document_hash": (latest.document_hash, binding.document_hash),
        "policy": (latest.policy, binding.policy),
        "deadline": (latest.deadline, binding.deadline),
    }
    wrong = [name for name, (signed, bound) in pairs.items() if signed != bound]
    return reasons + [Reason("postponement", f"the bid is bound to another {name} than was signed") for name in wrong]
