"""What is wrong with an open page at the two widths that pages are made for: accessibility, and what does not fit."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.album import HEIGHT, WIDTHS


def faults(page: Page, name: str) -> list[object]:
    """Return every violation that axe finds, and every width that the page does not fit."""
    return [fault for width in WIDTHS for fault in _at(page, name, width)]


def _at(page: Page, name: str, width: int) -> list[object]:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    found: list[object] = [
        (name, width, item["id"], item["nodes"][0]["html"][:200]) for item in Axe().run(page).response["violations"]
    ]
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    return [*found, *([(name, width, f"{wide} px wide")] if wide > width else [])]
