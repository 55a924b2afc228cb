"""Chromium for browser tests: one for the whole run, skipped with the reason where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.program import chromium_program

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser that all tests share; each test opens its own context."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_program(), headless=True, args=ARGUMENTS)
        except Error as error:
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@contextmanager
def _opened(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page of its own context, and the script errors it had so far."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened, errors
    context.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own context, whose script errors fail the test."""
    with _opened(chromium) as (opened, errors):
        yield opened
        assert errors == []


@pytest.fixture(scope="module")
def shared_page(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One page for the tests of modules that keep nothing in it, and its script errors: opening one costs a second."""
    with _opened(chromium) as opened:
        yield opened


@pytest.fixture(scope="session")
def static_root() -> Path:
    """The bidder portal's static files."""
    return Path(__file__).resolve().parents[2] / "bidder_portal" / "static"
