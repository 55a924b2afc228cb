"""A flipped bit anywhere in a sealed file is noticed, also by a reader that checks no signature.

Sampled here: bytes at fixed strides over header, chunks and trailer, with a bit that moves along.
"""

from pathlib import Path

from sealing import trailer
from sealing.open import open_bid
from sealing.shares import read_share
from suites import Refused
from tests.vectors.make_vectors import Bid, Cast


def unnoticed(bid: Bid, cast: Cast, folder: Path, places: list[int]) -> list[int]:
    """The places where a flipped bit does not keep the bid from opening."""
    shares = [read_share(row) for row in bid.shares(cast.bidder)]
    data, path, found = bid.data(), folder / "flipped.bid", []
    for place in places:
        altered = bytearray(data)
        altered[place] ^= 1 << (place % 8)
        path.write_bytes(altered)
        try:
            open_bid(path, shares, folder / f"out{place}")
        except Refused:
            continue
        found.append(place)
    return found


def sample(bid: Bid) -> list[int]:
    data = bid.data()
    first, last = 12 + len(bid.header.raw), len(data) - 4 - len(bid.trailer)
    return [*range(0, first, 41), *range(first, last, 29), *range(last, len(data), 17), len(data) - 1]


def test_every_sampled_flip_is_noticed(bid: Bid, cast: Cast, tmp_path: Path) -> None:
    assert unnoticed(bid, cast, tmp_path, sample(bid)) == []


def test_without_the_signature_only_flips_in_signature_and_certificates_pass(
    bid: Bid, cast: Cast, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(trailer, "check_signature", lambda *_: [])
    data = bid.data()
    start = data.rindex(b'"certificates":[') + len(b'"certificates":[')
    stop = data.index(b"]", start)
    signature = data.rindex(b'"signature":"') + len(b'"signature":"')
    covered = {*range(start, stop), *range(signature, signature + 88)}
    assert set(unnoticed(bid, cast, tmp_path, sample(bid))) <= covered
