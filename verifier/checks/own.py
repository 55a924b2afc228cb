"""What became of the bids whose receipts the reader holds, and what only the reader's own papers can confirm of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealing.statements import verify_statement
from sealing.withdrawals import KIND as WITHDRAWAL
from suites import Refused
from verifier.case import Case
from verifier.checks.admission import left_out
from verifier.checks.receipted import KIND, compared
from verifier.checks.standing import INCOMPLETE, RECEIVED, STANDING, SUPERSEDED, WITHDRAWN, Standing, bidders, history
from verifier.evidence import LedgerEntry
from verifier.outcome import printable, short

_ENDED = {  # the kind of the entry that ended a bid → how it is told
    RECEIVED: "replaced",
    WITHDRAWN: "withdrawn",
    INCOMPLETE: "counted as withdrawn, as not every envelope was handed in (if you did, bring the other receipts too),",
    SUPERSEDED: "ended by the agency's amendment",
    "bid.opened": "opened",
    "bid.revoked": "not opened, counted as revoked by its bidder,",
    "bid.withdrawn_no_blame": "not opened, nobody blamed,",
}


@dataclass(frozen=True)
class Own:
    """The reader's bids as the log tells of them; `standings` are those of the whole lot at the closing.

    `bidder` tells whom the platform made each out to, where the reader brought what it signed then.
    """

    case: Case
    digests: tuple[str, ...]
    standings: dict[str, Standing]
    bidder: dict[str, str] = field(default_factory=dict)

    def told(self, digest: str) -> str:
        """Return in plain words what became of a bid."""
        found = self.standings.get(digest)
        if found is None:
            return f"{short(digest)} unknown"
        end = found.by if found.state != STANDING else self.case.ends.get(digest)
        if end is None:
            return f"{short(digest)} in force, not {_not_admitted(self.case, digest) or 'opened'}"
        return f"{short(digest)} {_ENDED[end.kind]} {_placed(end)}{_why(end)}"

    def reasons(self, digest: str) -> list[str]:
        """Return what the reader must know of a bid that the log says its bidder ended."""
        found = self.standings.get(digest)
        if found is None:
            return ["the entries shown do not tell that it was received before the closing"]
        judge = _JUDGED.get(found.by.kind) if found.state != STANDING else None
        return judge(self, digest, found) if judge else []

    def signed_reasons(self, receipt: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the platform signed to the reader and says otherwise now, in its log or in the bundle's receipt.

        Both are the platform's own words: whoever holds the first needs nobody else to show that one is false.
        """
        statement = receipt.get("statement")
        if statement is None:
            return
        try:
            verified = verify_statement(statement, KIND)
        except Refused as refused:
            yield from (f"its statement does not hold: {check}: {reason}" for check, reason in refused.reasons)
            return
        if verified.signer.public != self.case.evidence.receipt_key:
            yield "its statement is signed by another key than the platform's"
        entry = _received(self.case, str(receipt["body"]["payload"].get("bid_digest")))
        if entry is None:
            return
        for name, said, logged in compared(self.case, verified.body, entry):
            if said != logged:
                told = f"the platform signed to you that {name} is {said}, and logged {logged} {_placed(entry)}"
                yield f"{told}: object with this receipt"
        mine, theirs = verified.body.get("bidder"), bidders(self.case).get(entry.payload["bid_digest"])
        if theirs is not None and theirs != mine:
            yield f"the platform made it out to {mine}, and the receipt in the bundle to {theirs}: object with yours"

    def strangers(self) -> list[str]:
        """Return why the receipts are not those of one bidder, as they must be to confirm each other."""
        known = bidders(self.case) | self.bidder
        named = sorted({known[digest] for digest in self.digests if digest in known})
        said = f"the platform makes your bids out to {len(named)} bidders ({', '.join(named)})"
        return [f"{said}: bring one bidder's receipts at a time; if all are yours, object"] if len(named) > 1 else []

    def later(self, found: Standing) -> bool:
        """Whether the reader holds the receipt of a bid for the same envelope that came after this one had ended."""
        held = (self.standings[digest] for digest in self.digests if digest in self.standings)
        return any(one.received.index > found.by.index and one.envelope == found.envelope for one in held)


def held_receipts(case: Case) -> Own:
    """Return the reader's bids."""
    held = [str(receipt["body"]["payload"].get("bid_digest")) for receipt in case.brought.receipts]
    signed = zip(held, (_bidder(case, receipt) for receipt in case.brought.receipts), strict=True)
    known = {digest: bidder for digest, bidder in signed if bidder}
    return Own(case, tuple(dict.fromkeys(held)), history(case, case.closing).standings, known)


def _bidder(case: Case, receipt: Mapping[str, Any]) -> str:
    """Return whom the platform made a brought receipt out to, "" where nothing that it signed tells."""
    try:
        verified = verify_statement(receipt.get("statement"), KIND)
    except Refused:
        return ""
    return str(verified.body.get("bidder", "")) if verified.signer.public == case.evidence.receipt_key else ""


def _received(case: Case, digest: str) -> LedgerEntry | None:
    return next((entry for entry in case.evidence.of(RECEIVED) if entry.payload["bid_digest"] == digest), None)


def _replaced(own: Own, _digest: str, found: Standing) -> list[str]:
    """Whose the other bid is, only its receipt in the reader's hands shows: the bundle's can be signed anew."""
    other = found.by.payload["bid_digest"]
    if other in own.digests:
        return []
    said = f"the log says that your bid {short(other)} replaced it {_placed(found.by)}"
    return [f"{said}: if that bid is yours, bring its receipt too; if it is not, object with this receipt"]


def _withdrawn(own: Own, digest: str, found: Standing) -> list[str]:
    """Who signed, the bundle shows; that it was the reader, the reader knows. Harmless where the bidder bid again."""
    named, signed = _signed_by(own.case, digest)
    mine = own.bidder.get(digest)
    if named and mine and named != mine:
        said = f"the log says that it was withdrawn {_placed(found.by)}, {signed}"
        return [f"{said}: that is another organisation than {mine}, whose bid it is; object with this receipt"]
    if own.later(found):
        return []
    return [
        f"the log says that you withdrew it {_placed(found.by)}, {signed}: "
        "if you did, leave this receipt out; if you did not, object with this receipt"
    ]


def _signed_by(case: Case, digest: str) -> tuple[str, str]:
    """Return whom the certificate under a withdrawal names ("" where none does), and how that is told.

    That is the certificate's claim; whether it leads to the root is for the check `withdrawals`.
    """
    statement = case.evidence.withdrawals.get(digest)
    if statement is None:
        return "", "by a statement that this bundle does not show"
    try:
        named = verify_statement(dict(statement), WITHDRAWAL).signer.organisation
    except Refused:
        return "", "by a statement that nobody signed"
    return named, f"by a statement under a certificate that names {printable(named)}"


def _incomplete(own: Own, _digest: str, found: Standing) -> list[str]:
    """Who holds the receipts of every envelope did hand them in, whatever the bundle's receipts say."""
    stood = (own.standings[one] for one in own.digests if one in own.standings)
    handed_in = {one.envelope for one in stood if one.state == STANDING or one.by == found.by}
    if not handed_in.issuperset(own.case.parameters.envelopes):
        return []
    return [f"it counts as incomplete {_placed(found.by)}, and you handed in every envelope"]


_JUDGED = {RECEIVED: _replaced, WITHDRAWN: _withdrawn, INCOMPLETE: _incomplete}


def _not_admitted(case: Case, digest: str) -> str:
    """Say where the host left a bid out of its envelope, and for what reason; "" where it was admitted or waits."""
    found = left_out(case, digest)
    if found is None:
        return ""
    return f"admitted by the host {_placed(found.start)}: {printable(found.reason) or 'no reason is given'}"


def _placed(entry: LedgerEntry) -> str:
    return f"at {entry.at_text} (entry {entry.index})"


def _why(entry: LedgerEntry) -> str:
    check = entry.payload.get("check")
    return f": {printable(check)}" if isinstance(check, str) else ""
