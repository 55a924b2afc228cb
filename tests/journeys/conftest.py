"""An installation, a browser and an album of pictures for the journeys."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

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
