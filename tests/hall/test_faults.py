"""A fault of the platform at one bid: the centre reads which bid and what to do; the hall blames no bidder."""

import pytest

from opening_hall.state import hall_state
from opening_hall.words import hall_words
from tendering import opened_contents
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import BidsFailed, open_bids
from tests.hall.test_chair import client_of


@pytest.fixture
def failing(tender, hands, monkeypatch):
    """The second of three bids cannot be read; return its digest and how to mend it."""
    made = tender.opened_window(hands)
    for player, (file, _) in zip(tender.cast.bidders, made, strict=False):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    victim, real = made[1][1], opened_contents.read_layout

    def broken(path):
        if victim.bid_digest in str(path):
            raise RuntimeError
        return real(path)

    monkeypatch.setattr(opened_contents, "read_layout", broken)
    with pytest.raises(BidsFailed):
        open_bids(lot_id=tender.lot.pk)
    return victim.bid_digest, lambda: monkeypatch.setattr(opened_contents, "read_layout", real)


def pages(tender, player):
    client = client_of(player)
    return [client.get(f"{at}").content.decode() for at in places(tender)]


def places(tender):
    return f"/hall/{tender.lot.code}/console/", f"/centre/lots/{tender.lot.code}/"


def test_the_centre_reads_which_bid_waits_for_the_operator_until_it_is_mended(tender, failing):
    digest, mend = failing
    for page in pages(tender, tender.cast.centre):
        assert f"2 号投标文件（摘要 {digest[:16]}…）" in page
        assert "请通知平台运维人员查看时钟进程（manage.py clock）的日志" in page
        assert "1 号投标文件（摘要" not in page and "3 号投标文件（摘要" not in page
    mend()
    open_bids(lot_id=tender.lot.pk)
    assert not any("平台故障" in page for page in pages(tender, tender.cast.centre))


def test_the_hall_says_that_the_platform_is_at_fault_and_names_no_price(tender, failing):
    shown = hall_state(tender.lot.code)["bidders"]
    assert [(row["lock"], row["detail"]) for row in shown] == [
        ("open", "bidder_key"),
        ("fail", "platform_fault"),
        ("open", "bidder_key"),
    ]
    assert all(row["price"] is None for row in shown)
    assert "与投标人无关" in hall_words()["lockDetail"]["platform_fault"]
