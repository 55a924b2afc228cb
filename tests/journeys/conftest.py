"""An installation, a browser and an album of pictures for the journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import chromium
from tests.journeys.album import Album
from tests.journeys.people import PATIENCE_MS
from tests.stack.conftest import installation

expect.set_options(timeout=PATIENCE_MS)
__all__ = ["chromium", "installation"]
SHOWN = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


@pytest.fixture(scope="session")
def album(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Where pictures go: `docs/screenshots/` when asked for by `--screenshots`, else a temporary folder."""
    asked = request.config.getoption("--screenshots", default=False)
    return Album(SHOWN if asked else tmp_path_factory.mktemp("screenshots"))


@pytest.fixture(autouse=True)
def everybody_leaves(chromium: Browser) -> Iterator[None]:
    """Close what a test has opened: pages left behind go on asking the server, and slow what comes after."""
    yield
    for context in chromium.contexts:
        context.close()
