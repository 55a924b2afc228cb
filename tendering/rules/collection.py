"""When the shares that came in suffice to open a bid, and whose fault it is when they do not. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from sealing.header import Header
from sealing.policy import BIDDER, SHAPES

BIDDERS_FAULT, NOBODYS_FAULT = "revoked", "withdrawn_no_blame"


@dataclass(frozen=True)
class Shares:
    """The indexes of the shares that came in and matched their commitment: group → indexes."""

    header: Header
    matching: Mapping[str, Set[int]]

    def complete(self) -> list[str]:
        """Return the groups whose threshold is reached, in header order."""
        groups = self.header.binding.groups
        return [group.name for group in groups if len(self.matching.get(group.name, ())) >= group.threshold]

    @property
    def openable(self) -> bool:
        """Whether the policy is satisfied: any one group, or every group where all must join."""
        complete = self.complete()
        if SHAPES[self.header.binding.policy].join == "all":
            return len(complete) == len(self.header.binding.groups)
        return bool(complete)

    @property
    def bidder_released(self) -> bool:
        """Whether the bidder itself handed over its share."""
        return bool(self.matching.get(BIDDER))

    def fault(self) -> str:
        """Return how a bid ends for want of shares (EB-31).

        The bidder's fault where only its share was missing or it had to give one; nobody's where custodians failed.
        """
        policy = self.header.binding.policy
        needed = policy in ("bidder", "bidder-and-custodians")
        return BIDDERS_FAULT if needed and not self.bidder_released else NOBODYS_FAULT


# Failed checks of a stored file that hold against the platform: the ciphertext is not the one that was receipted.
STORE_CHECKS = frozenset(
    {
        "missing",
        "magic",
        "header_size",
        "header_canonical",
        "header_fields",
        "policy",
        "shares",
        "wraps",
        "padding",
        "trailer_size",
        "trailer_canonical",
        "trailer_fields",
        "file_length",
        "count",
        "root",
        "certificates",
        "signature",
        "digest",
    }
)


def store_failed(checks: list[str]) -> bool:
    """Whether a refusal to open is the fault of the store, not of the contents: the root binds what was receipted."""
    return bool(STORE_CHECKS.intersection(checks))
