"""The pages of each role on a running installation: they fit, are accessible, complain of nothing, translate.

The installation has accounts and whatever earlier journeys left in it; pages of single tenders are looked at there too.
"""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.looks import faults
from tests.journeys.people import Somebody, leave, somebody
from tests.stack.installation import Installation

pytestmark = [pytest.mark.stack, pytest.mark.browser]
HAN = re.compile(r"[\u4e00-\u9fff]+")
NAMES = {"中文"}  # the switch back
PAGES = {
    "": ["/", "/lots/", "/notices/", "/hall/", "/evidence/", "/sign-in/"],
    "agency": ["/purchaser/", "/purchaser/projects/new/", "/bidder/keys/"],
    "bidder1": ["/bidder/", "/bidder/keys/", "/lots/"],
    "expert1": ["/expert/"],
    "centre": ["/centre/", "/centre/lots/", "/centre/experts/", "/centre/people/", "/centre/organisations/new/"],
    "regulator": ["/regulator/", "/regulator/lots/", "/regulator/evidence/"],
}
OF_A_LOT = {
    "": ["/lots/{lot}/", "/lots/{lot}/opening/", "/hall/{lot}/"],
    "agency": ["/purchaser/lots/{lot}/"],
    "bidder1": ["/bidder/lots/{lot}/receipt/", "/bidder/lots/{lot}/result/", "/hall/{lot}/seat/"],
    "centre": ["/centre/lots/{lot}/", "/centre/lots/{lot}/committee/"],
    "regulator": ["/regulator/lots/{lot}/"],
}


def words_of_controls(page: Page) -> list[str]:
    """Return what masthead, footer, buttons, labels and column heads say."""
    return page.locator("nav a, button, .btn, label, thead th, h1").all_inner_texts()


def look(person: Somebody, paths: list[str]) -> list[object]:
    """Open every page and return what is wrong at both widths."""
    found: list[object] = []
    for path in paths:
        page = person.go(path)
        found += faults(page, path)
    return found + list(person.complaints)


def first_lot(public: Somebody) -> str:
    """Return the code of the tender that reached its result, empty where there is none."""
    page = public.go("/lots/?stage=result")
    links = page.locator("main table tbody th a").all()
    return str(links[0].get_attribute("href")).strip("/").split("/")[1] if links else ""


@pytest.mark.parametrize("login", PAGES)
def test_pages_fit_are_accessible_and_complain_of_nothing(
    installation: Installation, chromium: Browser, login: str
) -> None:
    person = somebody(chromium, installation, login)
    paths = PAGES[login]
    if login in OF_A_LOT:
        public = somebody(chromium, installation)
        if lot := first_lot(public):
            paths = paths + [path.format(lot=lot) for path in OF_A_LOT[login]]
        leave(public)
    assert look(person, paths) == []
    leave(person)


@pytest.mark.parametrize("login", ["", "bidder1", "centre"])
def test_in_english_no_control_speaks_chinese(installation: Installation, chromium: Browser, login: str) -> None:
    person = somebody(chromium, installation, login)
    page = person.go(PAGES[login][0])
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    for path in PAGES[login]:
        person.go(path)
        left = [text for text in words_of_controls(page) if HAN.search(text) and text.strip() not in NAMES]
        assert left == [], path
    leave(person)
