"""May this bid's share be handed out? The platform's word is checked piece by piece, then the one pure rule decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from custodian.home import Home
from custodian.log import AFTER_CLOSING, Log
from sealing.header import Header, parse_header
from sealing.parameters import Parameters, verify_parameters
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
    closing, found = _closing(log, lot["lot"], bodies)
    reasons += found
    roots = list(home.roots)
    reasons += may_release(bid, closing, bodies, own_now=now, skew=skew, roots=roots)
    reasons += _revocation_reasons(bid, bodies, Trust(roots, [from_base64(text) for text in crls]))
    if closing is not None and not reasons:
        log.act_on(lot["lot"], closing["index"])
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
    """Return the lot's proven entries with those remembered from before, in order, and what could not be proven."""
    reasons, shown = [], {}
    for row in lot["entries"]:
        if not log.proven(row):
            reasons.append(Reason("closing_set", f"entry {row.get('index')} is not in the log that was signed"))
        elif row["body"]["lot"] == lot["lot"]:
            shown[row["index"]] = _body(row)
    for kept in log.remembered.get(lot["lot"], []):
        if log.proven(kept):
            shown[kept["index"]] = _body(kept)
        else:
            reasons.append(Reason("closing_set", f"entry {kept['index']} is remembered but is not in the log"))
    return [shown[index] for index in sorted(shown)], reasons


def _body(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row["body"], "at": row["at"], "index": row["index"]}


def _closing(log: Log, lot: str, bodies: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, list[Reason]]:
    """Return the lot's closing entry, and why it is not the only one: a closing set cannot be exchanged for another."""
    shown = [body for body in bodies if body["kind"] == "lot.closed"]
    if not shown:
        return None, []
    first, reasons = shown[0], []
    if len(shown) > 1:
        reasons.append(Reason("closing_set", "the lot is closed more than once in the log"))
    if log.closings.get(lot, first["index"]) != first["index"]:
        reasons.append(Reason("closing_set", "shares were released on another closing entry of this lot"))
    if any(body["kind"] in AFTER_CLOSING and body["index"] < first["index"] for body in bodies):
        reasons.append(Reason("closing_set", "the closing entry stands behind the opening that it must precede"))
    return first, reasons


def _parameter_reasons(home: Home, header: Header, bodies: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """The agency's first statement and all later ones lead to the pinned root, are of one agency, and name this bid.

    Their numbers grow along the log: a statement entered a second time would bring back what was amended since.
    """
    signers, reasons, told = set(), [], []
    for body in bodies:
        if body["kind"] not in AMENDING:
            continue
        try:
            parameters, statement = verify_parameters(
                body["payload"].get("parameters"), roots=list(home.roots), at=header.binding.deadline
            )
            told.append(parameters)
            signers.add(statement.signer.organisation)
        except Refused as refused:
            reasons.append(Reason("postponement", f"the parameters cannot be verified: {refused}"))
    if not told:
        return [*reasons, Reason("postponement", "the lot has no parameters signed by its agency")]
    if len(signers) > 1:
        reasons.append(Reason("postponement", "the parameters are signed by different organisations"))
    numbers = [parameters.amendment for parameters in told]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        reasons.append(Reason("postponement", f"the amendments' numbers do not grow along the log: {numbers}"))
    return reasons + _binding_reasons(header, max(told, key=lambda parameters: parameters.amendment))


def _binding_reasons(header: Header, latest: Parameters) -> list[Reason]:
    """The bid is bound to what the agency signed last."""
    binding, reasons = header.binding, []
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
