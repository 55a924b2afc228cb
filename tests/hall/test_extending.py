"""The host extends the window from the end that the page showed: a double click adds the time once."""

import re

import pytest
from django.test import Client

from tendering.bid_queries import opening_of
from tendering.operations.extend_window import WindowMoved, extend_window


@pytest.fixture
def window(tender, hands):
    """Three bids in an opening's window."""
    return tender.opened_window(hands)


@pytest.fixture
def host(window, tender):
    client = Client()
    client.force_login(tender.cast.centre.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown_end(page):
    return re.search(r'name="shown_end" value="([^"]+)"', page.content.decode())[1]


def test_the_same_extension_twice_extends_once_and_says_so_with_all_that_was_typed(host, tender):
    console, extend = (f"/hall/{tender.lot.code}/{name}/" for name in ("console", "extend"))
    before = opening_of(tender.lot).window_ends_at
    typed = {"minutes": "7", "reason": "投标人较多", "shown_end": shown_end(host.get(console))}
    assert host.post(extend, typed).status_code == 302
    again = host.post(extend, typed)
    assert again.status_code == 409
    ends_at = opening_of(tender.lot).window_ends_at
    assert (ends_at - before).total_seconds() == 7 * 60
    assert tender.kinds().count("opening.window_extended") == 1
    text = again.content.decode()
    assert "这次没有再延长" in text and "投标人较多" in text and 'value="7"' in text
    assert host.post(extend, typed | {"shown_end": shown_end(again)}).status_code == 302  # the page knows the new end
    assert (opening_of(tender.lot).window_ends_at - ends_at).total_seconds() == 7 * 60


def test_an_end_that_another_host_moved_is_refused(window, tender):
    before = opening_of(tender.lot).window_ends_at
    how = {"lot_code": tender.lot.code, "minutes": 10, "reason": "网络故障", "shown_end": before}
    extend_window(actor=tender.cast.centre.actor, **how)
    with pytest.raises(WindowMoved) as refused:
        extend_window(actor=tender.cast.agency.actor, **how)
    assert refused.value.codes == {"window_moved"}
