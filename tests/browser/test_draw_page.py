"""The page of the draws in Chromium: a bidder adds its line on a phone, the result appears, everything fits."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tendering import draw_queries
from tests.browser.live import sign_in
from tests.operations.conftest import hands, tender  # noqa: F401
from tests.operations.test_draws import committed, draw_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread


def fits(page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert not found, [(item["id"], item["nodes"][0]["html"]) for item in found]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_line_is_added_and_the_draw_recomputes(page, live_server, tender, hands, width: int):  # noqa: F811
    committed(tender, hands)
    tender.opened_window(hands)
    sign_in(page.context, tender.cast.bidders[0], live_server.url)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + reverse("hall:draw", args=[tender.lot.code]))
    fits(page, width)
    page.fill("#draw-line", "愿公平常在 " + "长" * 90)
    page.locator("#lines form button").click()
    page.get_by_text("贵单位已添加").wait_for()
    fits(page, width)
    draw_due(tender, hands)
    page.reload()
    value = draw_queries.drawn_coefficients(tender.lot)["float_ratio"]
    assert value in page.locator("#draw-coefficients").inner_text()
    page.get_by_text("本平台复算一致").wait_for()
    assert page.locator("[data-coefficient=float_ratio] dd").inner_text() == value
    fits(page, width)
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/draw-{width}.png", full_page=True)
