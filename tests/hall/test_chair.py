"""The host's console: who takes the chair is said on the page, written once, and never a bidder."""

import pytest
from django.test import Client

import ledger
from tendering.bid_queries import opening_of


@pytest.fixture
def window(tender, hands):
    """Three bids in an opening's window."""
    return tender.opened_window(hands)


def client_of(player) -> Client:
    client = Client()
    client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_centre_takes_the_chair_once_and_the_page_says_so(window, tender):
    client, lot = client_of(tender.cast.centre), tender.lot
    before = client.get(f"/hall/{lot.code}/console/").content.decode()
    assert "由我主持" in before and "还没有人主持" in before
    for _ in range(2):
        assert client.post(f"/hall/{lot.code}/take-chair/").status_code == 302
    after = client.get(f"/hall/{lot.code}/console/").content.decode()
    assert tender.cast.centre.person.name in after and "由我主持" not in after
    assert opening_of(lot).host == tender.cast.centre.person.login
    signed = list(ledger.entries_of(lot.code, kinds=("opening.signed_in",), viewer=ledger.HOUSE))
    assert len(signed) == 1


def test_a_bidder_takes_no_chair(window, tender):
    client = client_of(tender.cast.bidders[0])
    assert client.post(f"/hall/{tender.lot.code}/take-chair/").status_code in (403, 404)
    assert opening_of(tender.lot).host == ""
