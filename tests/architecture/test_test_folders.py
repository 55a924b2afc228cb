"""Where tests lie decides in which process they run."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
IN_CHROMIUM = ("browser", "journeys")  # folders that the Makefile runs in processes of their own
_DRIVES = re.compile(r"^(?:from|import) (?:playwright|tests\.browser\.conftest)", re.M)


def test_tests_that_drive_chromium_lie_where_they_run_alone():
    """Playwright leaves an event loop running in its process: every later test of the same process that uses the
    database outside a transaction, or runs a coroutine, would fail.
    """
    found = {path.relative_to(TESTS) for path in TESTS.rglob("*.py") if _DRIVES.search(path.read_text("utf-8"))}
    assert len(found) > 5
    assert not {str(path) for path in found if path.parts[0] not in IN_CHROMIUM}
