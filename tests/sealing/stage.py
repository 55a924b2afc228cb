"""Small tenders for tests that need no certificates: whoever holds the keys may seal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sealing.keys import OwnKeys
from sealing.policy import Group
from sealing.tender import Tender


def plain_tender(
    bidder: OwnKeys,
    policy: str,
    groups: tuple[Group, ...],
    *,
    custodians: Sequence[OwnKeys] = (),
    envelope: str = "whole",
) -> Tender:
    """A tender for one envelope of one lot."""
    named = {kid for group in groups for kid in group.recipients}
    return Tender(
        suite=bidder.suite,
        tender="T-1",
        lot="T-1-001",
        envelope=envelope,
        bidder=bidder.public.organisation,
        document_hash="ab" * 32,
        sequence=1,
        deadline=datetime(2030, 1, 1, tzinfo=UTC),
        policy=policy,
        groups=groups,
        recipients=tuple(keys.public for keys in (bidder, *custodians) if keys.kid in named),
    )
