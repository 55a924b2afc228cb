"""Which Chromium is driven: the one without windows where the system has it (same engine, less processor time)."""

import os
import shutil

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")


def chromium_program() -> str | None:
    """Return what `CHROMIUM` names, else the first that the system has; None: the one that Playwright installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
