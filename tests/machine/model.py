"""What ought to be: the machine's own account of bids, shares and states, without a look at the product's rules.

The oracle of the opening (`ending`) restates design 4.3 and EB-31 in its own words, so that an error in
`tendering.rules.collection` cannot excuse itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.machine.stage import Kept

THRESHOLD = 2
BIDDER = "bidder"


@dataclass
class Expected:
    """One receipted bid: whose it is, in which state it ought to be, and whose right shares the server was given."""

    kept: Kept
    bidder: int
    sequence: int
    state: str = "received"
    given: set[str] = field(default_factory=set)  # "bidder" and names of custodians

    @property
    def custodians(self) -> int:
        return len(self.given - {BIDDER})


def opens(policy: str, given: set[str]) -> bool:
    """Whether these holders together can open a bid."""
    own, enough = BIDDER in given, len(given - {BIDDER}) >= THRESHOLD
    return {
        "bidder": own,
        "bidder-or-custodians": own or enough,
        "custodians": enough,
        "bidder-and-custodians": own and enough,
    }[policy]


def ending(policy: str, given: set[str]) -> str:
    """Return the state in which a bid of the closing set ends once no share is taken any more."""
    if opens(policy, given):
        return "opened"
    if policy in ("bidder", "bidder-and-custodians") and BIDDER not in given:
        return "revoked"  # EB-31: the bidder's own fault
    return "withdrawn_no_blame"
