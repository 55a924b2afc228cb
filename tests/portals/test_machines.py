"""Marks of the machines: sealed with the bids, seen by centre and supervisor only, and only once the lot is opened."""

import json

import pytest
from django.test import Client

from sealing.packages import read_package
from sealing.seal import Contents, seal_bid
from tendering.machines import machines
from tendering.operations.close_lot import close_lot
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.start_opening import start_opening
from tests.operations.conftest import hands, tender  # noqa: F401
from tests.sealed import SealedFile

MARKS = {
    "CPU_ID": [],
    "HARD_DISK_SERIAL_NUMBER": ["S4EVNF0M513377"],
    "MEMORY_SERIAL_NUMBER": [],
    "NET_ID": ["192.168.1.20"],
    "MAC_ADDRESS": ["00-1b-44-11-3a-b7"],
}


def browser(player) -> Client:
    client = Client()
    client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sealed_offline(tender, player, marks):  # noqa: F811
    """The package as the platform hands it out, sealed by the library as the offline client does."""
    answer = browser(player).get(f"/api/v1/lots/{tender.lot.code}/package")
    assert answer.status_code == 200
    keys = tender.keys_of(player)
    package = read_package(json.loads(answer.content))
    folder = tender.folder / f"offline-{player.actor.login}"
    folder.mkdir()
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7 x")
    fields = {"price": "8900000.00", "price_kind": "total"}
    out = folder.with_suffix(".bid")
    sealed = seal_bid(package.tender_for(keys.public), Contents(folder, fields, {}, marks), out, signer=keys)
    return SealedFile(out, sealed.bid_digest, keys)


@pytest.fixture
def window(tender, hands):  # noqa: F811
    """Two bids made on machines that share a disk and an address, and one whose client told nothing."""
    marks = (MARKS, MARKS | {"NET_ID": ["10.0.0.9"], "MAC_ADDRESS": []}, None)
    files = [sealed_offline(tender, player, each) for player, each in zip(tender.cast.bidders[:3], marks, strict=True)]
    for player, file in zip(tender.cast.bidders, files, strict=False):
        tender.submit(player, file)
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, file in zip(tender.cast.bidders, files, strict=False):
        tender.bidder_releases(player, file)
    return tender


def test_marks_are_there_for_centre_and_supervisor_once_opened(window) -> None:
    cast, code = window.cast, window.lot.code
    offices = {"/centre/lots/": cast.centre, "/regulator/lots/": cast.regulator}
    assert machines(window.fresh()) == []
    for place, player in offices.items():
        assert "S4EVNF0M513377" not in browser(player).get(f"{place}{code}/").content.decode()
    end_window(lot_id=window.lot.pk, actor=cast.centre.actor)
    open_bids(lot_id=window.lot.pk)
    first, second, third = machines(window.fresh())
    assert (first.told, second.told, third.told) == (True, True, False)
    shared = {mark.text for _words, marks in first.marks for mark in marks if mark.shared}
    assert shared == {"S4EVNF0M513377"}
    for place, player in offices.items():
        assert "S4EVNF0M513377" in browser(player).get(f"{place}{code}/").content.decode()


def test_nobody_else_sees_them_on_any_page_of_the_lot(window) -> None:
    end_window(lot_id=window.lot.pk, actor=window.cast.centre.actor)
    open_bids(lot_id=window.lot.pk)
    code = window.lot.code
    pages = (f"/lots/{code}/", f"/lots/{code}/opening/", f"/hall/{code}/", "/api/v1/ledger?after=-1&limit=1000")
    for client in (Client(), browser(window.cast.bidders[1]), browser(window.cast.agency)):
        for page in (*pages, f"/bidder/lots/{code}/opening/", f"/purchaser/lots/{code}/"):
            assert "S4EVNF0M513377" not in client.get(page).content.decode()
    for place in ("/centre/lots/", "/regulator/lots/"):
        assert browser(window.cast.bidders[1]).get(f"{place}{code}/").status_code in (403, 404)
