"""Public pages in Chromium: accessible, no wider than a phone, nothing against the content policy, a ticking clock."""

import os
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

import ledger
from ledger import clock
from tests.portals.lots import make_document, make_lot, make_notice, make_opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread


@pytest.fixture
def addresses(cast):
    """Pages over one announced and one opened lot."""
    announced, opened = make_lot(cast, deadline_at=clock.now() + timedelta(minutes=20)), make_opened(cast)
    for lot in (announced, opened):
        make_notice(lot)
        make_document(lot, f"{lot.pk:064x}")
    with transaction.atomic():
        ledger.append("lot.announced", lot=announced.code, at=clock.now(), payload={}, actor=cast.agency.actor)
    lots = [f"/lots/{announced.code}/", f"/lots/{opened.code}/", f"/lots/{opened.code}/opening/"]
    return ["/", "/lots/", "/notices/", "/evidence/", "/sign-in/", "/nothing-here/", f"{lots[0]}notices/1/", *lots]


@pytest.mark.parametrize("width", [1280, 390])
def test_public_pages_are_accessible_and_fit(page, live_server, addresses, width):
    page.set_viewport_size({"width": width, "height": 900})
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for address in addresses:
        page.goto(live_server.url + address)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(item["id"], item["nodes"][0]["html"]) for item in found])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert refused == []


def test_clock_and_countdown_run_on_the_servers_time(page, live_server, addresses):
    page.goto(live_server.url + addresses[-3])
    face = page.locator("#server-time [data-face]")
    left = page.locator("aside [data-countdown]")
    before, left_before = face.inner_text(), left.inner_text()
    page.wait_for_function("was => document.querySelector('#server-time [data-face]').textContent !== was", arg=before)
    page.wait_for_function(
        "was => document.querySelector('aside [data-countdown]').textContent !== was", arg=left_before
    )
    assert left.inner_text() < left_before


def test_english_is_switched_by_a_button(page, live_server, addresses):
    page.goto(live_server.url + "/")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    assert "Closing" in page.inner_text("main")
