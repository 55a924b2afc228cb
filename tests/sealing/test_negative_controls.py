"""Each attack is refused; with its check taken away the same attack succeeds, so it is that check that refuses it."""

import base64
import json
from pathlib import Path

from sealing import binding, header, seal, shares, trailer
from sealing import open as open_module
from sealing.canonical import dumps
from sealing.derived import Derived
from sealing.header import parse_header
from sealing.open import open_bid
from sealing.shares import read_share
from suites import Refused
from tests.vectors.make_vectors import Bid, Cast, secret


def attempt(bid: Bid, rows: list[dict], folder: Path) -> str:
    """The outcome of opening: `opens` or the first failed check."""
    path = folder / "attack.bid"
    path.write_bytes(bid.data())
    try:
        open_bid(path, [read_share(row) for row in rows], folder / "out")
    except Refused as refused:
        return refused.checks[0]
    return "opens"


def refile(bid: Bid, cast: Cast) -> list[dict]:
    """A rival moves the ciphertext to a lot that opens earlier, signs it, and hands in the shares released there."""
    body = json.loads(bid.header.raw)
    body["binding"] |= {"lot": "E4420000001-002", "bidder": cast.rival.public.organisation}
    mine = bid.shares(cast.bidder)
    bid.signer = cast.rival
    bid.finish(parse_header(dumps(body)))
    return [row | {"core": bid.header.core.hex(), "bid_digest": bid.digest} for row in mine]


def test_a_refiled_ciphertext_does_not_open(bid: Bid, cast: Cast, tmp_path: Path) -> None:
    assert attempt(bid, refile(bid, cast), tmp_path) == "share_commitment"


def test_without_the_binding_a_refiled_ciphertext_opens(cast: Cast, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(binding, "core_of", lambda _: bytes(32))
    loose = Bid(cast, cast.tender(), files={"letter.txt": b"We offer.\n"})
    assert attempt(loose, refile(loose, cast), tmp_path) == "opens"


def lie(bid: Bid, cast: Cast) -> list[dict]:
    """A custodian answers with a share that it made up, beside an honest one; the bidder's key is lost."""
    rows = bid.shares(*cast.custodians[:2])
    return [rows[0], rows[1] | {"share": base64.b64encode(secret("lie")).decode()}]


def test_a_lying_custodian_is_named_by_its_commitment(bid: Bid, cast: Cast, tmp_path: Path) -> None:
    assert attempt(bid, lie(bid, cast), tmp_path) == "share_commitment"


def test_without_commitments_a_lie_is_no_longer_seen_as_the_custodians(
    bid: Bid, cast: Cast, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(shares, "check_share", lambda *_: [])
    assert attempt(bid, lie(bid, cast), tmp_path) == "dealt_inconsistent", "the innocent bidder is blamed"


def other_key(cast: Cast) -> tuple[Bid, list[dict]]:
    """The bidder commits to one key and deals another: two plaintexts under one name become possible."""
    bid = Bid(cast, cast.tender("bidder"), files={"letter.txt": b"We offer.\n"})
    bid.with_header(lambda body: body.update(commitment=secret("another key").hex()))
    return bid, bid.shares(cast.bidder)


def test_a_key_that_was_not_committed_to_is_refused(cast: Cast, tmp_path: Path) -> None:
    assert attempt(*other_key(cast), tmp_path) == "key_commitment"


def test_without_the_key_commitment_another_key_opens(cast: Cast, tmp_path: Path, monkeypatch) -> None:
    attack, rows = other_key(cast)
    true = shares.derive_for

    def blind(head: header.Header, key: bytes) -> Derived:
        return true(head, key)._replace(commitment=head.commitment)

    monkeypatch.setattr(shares, "derive_for", blind)
    assert attempt(attack, rows, tmp_path) == "opens"


def test_a_bid_signed_by_nobody_is_refused(bid: Bid, cast: Cast, tmp_path: Path) -> None:
    bid.with_trailer(lambda body: body.update(signature="AAAA" * 21 + "AQ=="))
    assert attempt(bid, bid.shares(cast.bidder), tmp_path) == "signature"


def test_without_the_signature_check_a_bid_signed_by_nobody_opens(
    bid: Bid, cast: Cast, tmp_path: Path, monkeypatch
) -> None:
    bid.with_trailer(lambda body: body.update(signature="AAAA" * 21 + "AQ=="))
    monkeypatch.setattr(trailer, "check_signature", lambda *_: [])
    assert attempt(bid, bid.shares(cast.bidder), tmp_path) == "opens"


def test_the_checks_that_are_taken_away_are_the_ones_in_use() -> None:
    assert open_module.check_trailer is trailer.check_trailer
    assert seal.binding_module.core_of is binding.core_of
