"""Several envelopes of one lot: a file and a key each, one opened tells nothing of another; every policy and suite."""

from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from sealing.fields import ENVELOPES
from sealing.keys import OwnKeys, make_keys
from sealing.layout import read_layout
from sealing.open import combine_checked, open_bid
from sealing.padding import PRICE_LEAST, chunk_count, padded_length, possible
from sealing.policy import SHAPES, build_groups
from sealing.release import release_share
from sealing.seal import Contents, Sealed, seal_bid
from sealing.shares import combine
from suites import NAMES, Refused
from tests.sealing.stage import plain_tender

SEVERAL = ("qualification", "technical", "price")


class Lot(NamedTuple):
    """A bidder's envelopes for one lot, and who can open them."""

    bidder: OwnKeys
    custodians: list[OwnKeys]
    sealed: dict[str, Sealed]
    folder: Path

    def path(self, envelope: str) -> Path:
        return self.folder / f"{envelope}.bid"

    def holders(self, policy: str) -> list[OwnKeys]:
        groups = SHAPES[policy].groups
        both = SHAPES[policy].join == "all"
        return (
            [self.bidder, *self.custodians[:2]]
            if both
            else [self.bidder]
            if "bidder" in groups
            else self.custodians[1:]
        )


@pytest.fixture(params=[(suite, policy) for suite in NAMES for policy in SHAPES], ids=lambda pair: "-".join(pair))
def lot(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Lot]:
    suite, policy = request.param
    bidder, *custodians = (make_keys(suite, name) for name in ("BIDDER-1", "CENTRE", "PURCHASER", "REGULATOR"))
    kids = [keys.kid for keys in custodians]
    groups = build_groups(policy, bidder_kid=bidder.kid, custodians=kids, threshold=2)
    sealed = {}
    for envelope in SEVERAL:
        source = tmp_path / f"{envelope}.txt"
        source.write_text(f"what the {envelope} envelope says")
        tender = plain_tender(bidder, policy, groups, custodians=custodians, envelope=envelope)
        sealed[envelope] = seal_bid(tender, Contents(source), tmp_path / f"{envelope}.bid", signer=bidder)
    return policy, Lot(bidder, custodians, sealed, tmp_path)


def test_each_envelope_opens_with_its_own_shares_only(lot: tuple[str, Lot]) -> None:
    policy, played = lot
    shares = {
        envelope: [release_share(one.header, one.bid_digest, holder) for holder in played.holders(policy)]
        for envelope, one in played.sealed.items()
    }
    for envelope in SEVERAL:
        out = played.folder / f"opened-{envelope}"
        open_bid(played.path(envelope), shares[envelope], out)
        assert (out / f"{envelope}.txt").read_text() == f"what the {envelope} envelope says"
        for other in set(SEVERAL) - {envelope}:
            with pytest.raises(Refused) as refused:
                open_bid(played.path(other), shares[envelope], played.folder / "stolen")
            assert refused.value.checks[0] == "share_binding"
            assert not (played.folder / "stolen").exists()


def test_shares_renamed_for_another_envelope_do_not_open_it(lot: tuple[str, Lot]) -> None:
    """Somebody who writes another bid's digest and core into a released share."""
    from dataclasses import replace

    policy, played = lot
    first, price = played.sealed["qualification"], played.sealed["price"]
    told = {"bid_digest": price.bid_digest, "core": price.header.core.hex()}
    shares = [
        replace(release_share(first.header, first.bid_digest, holder), **told) for holder in played.holders(policy)
    ]
    combined, reasons = combine_checked(read_layout(played.path("price")), shares)
    assert combined is None
    assert reasons[0].check == "share_commitment"


def test_envelopes_share_neither_key_nor_salt_nor_wrap(lot: tuple[str, Lot]) -> None:
    policy, played = lot
    for one, other in combinations(played.sealed.values(), 2):
        assert one.header.binding.salt != other.header.binding.salt
        assert one.header.core != other.header.core
        assert not {wrap.ct for wrap in one.header.wraps.values()} & {wrap.ct for wrap in other.header.wraps.values()}
    keys = {
        combine(
            one.header,
            one.bid_digest,
            [release_share(one.header, one.bid_digest, holder) for holder in played.holders(policy)],
        ).file_key
        for one in played.sealed.values()
    }
    assert len(keys) == len(SEVERAL)


@pytest.mark.parametrize(
    ("data", "padded"),
    [
        (0, PRICE_LEAST),
        (22, PRICE_LEAST),
        (PRICE_LEAST - 8, PRICE_LEAST),
        (PRICE_LEAST - 7, 2 * PRICE_LEAST),
        (100_000, 131_072),
        ((1 << 20) - 8, 1 << 20),
        ((1 << 20) - 7, 1 << 21),
    ],
)
def test_a_price_envelope_has_64_kib_or_the_next_power_of_two(data: int, padded: int) -> None:
    assert padded_length("price", data) == padded
    assert possible("price", padded)
    assert chunk_count(padded) == max(1, padded >> 20)


def test_price_envelopes_of_small_contents_are_of_one_length(tmp_path: Path) -> None:
    """Nobody learns from a file's size whether a bid names one price or a long list of them."""
    keys = make_keys("INTL-1", "BIDDER-1")
    groups = build_groups("bidder", bidder_kid=keys.kid, custodians=(), threshold=0)
    sizes = set()
    for number, length in enumerate((1, 900, 30_000, 60_000)):
        source = tmp_path / "prices.txt"
        source.write_bytes(bytes(length))
        tender = plain_tender(keys, "bidder", groups, envelope="price")
        path = tmp_path / f"{number}.bid"
        sealed = seal_bid(tender, Contents(source), path, signer=keys)
        assert sealed.header.binding.padded_length == PRICE_LEAST
        assert possible("price", sealed.header.binding.padded_length)
        sizes.add(sealed.header.body_length)
    assert sizes == {PRICE_LEAST + 16}


def test_other_envelopes_follow_padme() -> None:
    assert {padded_length(name, 999_992) for name in ENVELOPES if name != "price"} == {1_015_808}
