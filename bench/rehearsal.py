"""How long a rehearsal with five bidders takes against the limit of 120 s, in an installation of its own.

Most of it is waiting that the procedure asks for (deadline, decryption window, price confirmation, publicity): the rest
is what the machine needs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import Row
from lawbook.procedures import procedure
from tests.stack.installation import ROOT, clean_environment, running

BIDDERS = 5
LIMIT_SECONDS = 120.0
WAITS = ("issue_to_deadline", "opening_window", "price_confirmation", "publicity")


def rows() -> list[Row]:
    """Rehearse once; nothing, with the reason on stderr, where no installation starts."""
    with tempfile.TemporaryDirectory(prefix="gongheng-bench-") as folder:
        try:
            with running(Path(folder), "--no-seed") as made:
                answer = _rehearse(made.home)
        except (AssertionError, subprocess.CalledProcessError) as reason:
            print(f"rehearsal: skipped, {str(reason)[-400:]}", file=sys.stderr)
            return []
    seconds = float(answer["seconds"])
    lawful = float(sum(procedure("R-construction").periods[name].seconds for name in WAITS))
    what = f"rehearsal, {BIDDERS} bidders, {answer['ledger_entries']} entries"
    return [
        Row(what, seconds, "s", "limit", LIMIT_SECONDS, seconds / LIMIT_SECONDS, "≤ 1"),
        Row("… of which the procedure's own waits", lawful, "s", "whole", seconds, lawful / seconds, ""),
    ]


def _rehearse(home: Path) -> dict[str, object]:
    argv = [sys.executable, str(ROOT / "manage.py"), "rehearse", "--bidders", str(BIDDERS), "--json"]
    done = subprocess.run(argv, cwd=ROOT, env=clean_environment(home), capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found
