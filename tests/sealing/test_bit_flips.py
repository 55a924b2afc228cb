"""The bits of a small sealed file are flipped, under both suites, and some for a reader that checks no signature.

`make thorough` flips every bit, about 18,000 a suite in 40 s; every run flips each seventh, one or two
of each byte and each of the eight in turn.
"""

import re
from pathlib import Path
from typing import BinaryIO

import pytest

from sealing import trailer
from sealing.open import open_bid
from sealing.shares import read_share
from suites import NAMES, Refused, suite_named
from tests.depth import depth
from tests.vectors.make_vectors import Bid, Cast


@pytest.fixture(scope="module", params=NAMES)
def small(request: pytest.FixtureRequest) -> Bid:
    """A bid of one letter, sealed to its bidder: a little more than 2 KiB."""
    cast = Cast(suite_named(request.param))
    return Bid(cast, cast.tender("bidder"), files={"a": b"x"})


def unnoticed(bid: Bid, folder: Path, *, step: int = 1) -> tuple[int, set[int]]:
    """Flip each bit, or each `step`th: how many, and the bytes in which one did not keep the bid from opening."""
    shares = [read_share(row) for row in bid.shares(bid.cast.bidder)]
    data, path, found = bid.data(), folder / "flipped.bid", set()
    path.write_bytes(data)
    with path.open("r+b", buffering=0) as file:
        for bit in range(0, len(data) * 8, step):
            put(file, bit // 8, data[bit // 8] ^ 1 << bit % 8)
            try:
                opened = open_bid(path, shares, folder / f"out{bit}")
            except Refused:
                continue
            finally:
                put(file, bit // 8, data[bit // 8])
            found.add(bit // 8)
            assert opened.bid_digest == bid.digest, "what opens is at least the same bid"
            assert (opened.folder / "a").read_bytes() == b"x"
    assert path.read_bytes() == data
    return len(range(0, len(data) * 8, step)), found


def put(file: BinaryIO, place: int, byte: int) -> None:
    file.seek(place)
    file.write(bytes([byte]))


def test_every_flip_is_noticed(small: Bid, tmp_path: Path) -> None:
    step = depth(7, 1)
    count, found = unnoticed(small, tmp_path, step=step)
    assert found == set()
    assert count == -(-len(small.data()) * 8 // step) > 16_000 // step
    print(f"{small.cast.suite.name}: {count} flips of {len(small.data()) * 8} bits, all noticed")
    assert [path.name for path in tmp_path.iterdir()] == ["flipped.bid"], "no refusal leaves anything behind"


def test_without_the_signature_check_only_signature_and_certificates_may_differ(
    small: Bid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are what that check alone guards; header, chunks and all else are guarded by MAC, commitment and root.

    One bit in each byte: every seventh, so that each of the eight has its turn.
    """
    monkeypatch.setattr(trailer, "check_signature", lambda *_: [])
    _, found = unnoticed(small, tmp_path, step=7)
    assert found, "the check was taken away"
    assert found <= guarded_by_the_signature_alone(small.data())


def guarded_by_the_signature_alone(data: bytes) -> set[int]:
    spans = [match.span(1) for match in re.finditer(rb'"(?:signature":|certificates":\[)"([^"]+)"', data)]
    assert len(spans) == 2
    return {place for start, stop in spans for place in range(start, stop)}
