"""The bids that were taken back: that their own bidders did it."""

from collections.abc import Iterator

from sealing.withdrawals import name_of, verify_withdrawal
from suites import Refused
from verifier.case import Case
from verifier.checks.standing import WITHDRAWN, bidders
from verifier.checks.tender import told
from verifier.evidence import LedgerEntry
from verifier.outcome import Finding, judged, not_applicable, short


def withdrawals(case: Case) -> Finding:
    """BL-29: a bid is withdrawn by a statement that the log names and that its bidder's certificate signed then."""
    entries = case.evidence.of(WITHDRAWN)
    if case.evidence.public and entries:
        return not_applicable(f"{len(entries)} withdrawals; the public variant does not tell whose")
    known = bidders(case)
    named = {str(entry.payload["bid_digest"]) for entry in entries}
    wrong = [
        f"{short(digest)} has a withdrawal and none in the log" for digest in case.evidence.withdrawals.keys() - named
    ]
    for entry in entries:
        digest = str(entry.payload["bid_digest"])
        wrong += [f"the withdrawal of {short(digest)}: {reason}" for reason in _reasons(case, entry, known.get(digest))]
    return judged(wrong, f"{len(entries)} withdrawals are signed by their bidders")


def _reasons(case: Case, entry: LedgerEntry, bidder: str | None) -> Iterator[str]:
    digest = str(entry.payload["bid_digest"])
    statement = case.evidence.withdrawals.get(digest)
    if statement is None:
        yield "no statement of its bidder"
        return
    if name_of(statement) != entry.payload["statement_sha256"]:
        yield "the statement is another than the log's"
    wanted = {"lot": case.evidence.lot, "bid_digest": digest, "suite": case.parameters.suite}
    try:
        verify_withdrawal(dict(statement), **wanted, bidder=bidder, roots=case.roots.as_of(entry.at), at=entry.at)
    except Refused as refused:
        yield from told(refused.reasons)
