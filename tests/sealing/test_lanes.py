"""Lanes: results in order, buffers bounded, failures raised, nothing left running."""

import threading
from itertools import count
from pathlib import Path

import pytest

from sealing.keys import make_keys
from sealing.lanes import in_order, lanes_for
from sealing.layout import chunk_root, read_layout
from sealing.open import open_bid
from sealing.policy import Group
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from suites import Refused
from tests.full_disk import full_beyond
from tests.sealing.stage import plain_tender


@pytest.mark.parametrize("lanes", [1, 2, 5])
def test_results_come_in_the_order_of_the_feed_and_a_lane_is_never_used_twice_at_once(lanes: int) -> None:
    numbers, busy = iter(range(50)), [threading.Lock() for _ in range(lanes)]

    def work(lane: int, number: int) -> int:
        assert busy[lane].acquire(blocking=False)
        threading.Event().wait(0.001 * (number % 3))
        busy[lane].release()
        return number

    assert list(in_order(range(lanes), lambda _: next(numbers, None), work)) == list(range(50))


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_failure_is_raised_and_no_thread_stays(lanes: int) -> None:
    numbers = count()

    def work(_: int, number: int) -> int:
        if number == 7:
            raise Refused([])
        return number

    seen = []
    with pytest.raises(Refused):
        seen.extend(in_order(range(lanes), lambda _: next(numbers), work))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]


def test_leaving_early_ends_the_threads() -> None:
    numbers = count()
    results = in_order(range(3), lambda _: next(numbers), lambda _, number: number)
    assert next(results) == 0
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]


def test_few_pieces_need_no_thread() -> None:
    assert [lanes_for(pieces) for pieces in (1, 2)] == [1, 1]
    assert 2 <= lanes_for(100) <= 5


@pytest.mark.parametrize("suite", ["INTL-1", "GM-1"])
@pytest.mark.parametrize("lanes", [1, 4])
def test_a_bid_of_many_chunks_is_the_same_under_any_number_of_lanes(
    suite: str, lanes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("seal", "open", "layout"):
        monkeypatch.setattr(f"sealing.{module}.lanes_for", lambda _: lanes)
    keys = make_keys(suite, "BIDDER-1")
    source = tmp_path / "in"
    source.mkdir()
    contents = {name: bytes(range(256)) * size for name, size in (("a.bin", 9000), ("b.bin", 1), ("c.bin", 13_001))}
    for name, data in contents.items():
        (source / name).write_bytes(data)
    tender = plain_tender(keys, "bidder", (Group("bidder", 1, (keys.kid,)),))
    sealed = seal_bid(tender, Contents(source), tmp_path / "a.bid", signer=keys)
    layout = read_layout(tmp_path / "a.bid")
    assert sealed.header.count > 4
    assert chunk_root(layout) == layout.trailer.root
    share = release_share(layout.header, sealed.bid_digest, keys)
    opened = open_bid(tmp_path / "a.bid", [share], tmp_path / "out")
    assert {name: (opened.folder / name).read_bytes() for name in contents} == contents


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_disk_that_fills_up_ends_the_work_and_leaves_no_file(
    lanes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sealing.seal.lanes_for", lambda _: lanes)
    keys = make_keys("INTL-1", "BIDDER-1")
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.bin", "b.bin"):
        (source / name).write_bytes(bytes(2 << 20))
    tender = plain_tender(keys, "bidder", (Group("bidder", 1, (keys.kid,)),))
    with full_beyond(5 << 19), pytest.raises(OSError, match="too large"):
        seal_bid(tender, Contents(source), tmp_path / "a.bid", signer=keys)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_damaged_chunk_is_named_whichever_thread_met_it(tmp_path: Path) -> None:
    keys = make_keys("INTL-1", "BIDDER-1")
    (tmp_path / "bulk.bin").write_bytes(bytes(6 << 20))
    tender = plain_tender(keys, "bidder", (Group("bidder", 1, (keys.kid,)),))
    path = tmp_path / "a.bid"
    sealed = seal_bid(tender, Contents(tmp_path / "bulk.bin"), path, signer=keys)
    share = release_share(sealed.header, sealed.bid_digest, keys)
    data = bytearray(path.read_bytes())
    for chunk in (2, 4):
        data[12 + len(sealed.header.raw) + chunk * ((1 << 20) + 16) + 99] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        open_bid(path, [share], tmp_path / "out")
    assert refused.value.checks == ["root", "chunk"]
    assert "chunk 2 does not decrypt" in str(refused.value)
    assert not (tmp_path / "out").exists()
