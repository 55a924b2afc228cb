"""The evidence log: appends on PostgreSQL beside bare transactions, rows a reader loses, a million entries verified.

A bare transaction inserts one number into a table without index; the least of an ordered log locks a head, counts it
up and inserts one row of the size of an entry: no log can do less whose entries follow each other without gaps, so that
where this is below the target, the machine is too slow for it. Of six turns each, the quickest counts. Verifying is
given as half the processor time of its two processes, that is on two free cores, and as what it took.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import Row
from tests.on_postgres import server

ROOT = Path(__file__).resolve().parent.parent
WANTED_SECONDS = 10.0


def rows() -> list[Row]:
    """Measure; without PostgreSQL the rows about it are left out, with the reason on stderr."""
    with tempfile.TemporaryDirectory(prefix="gongheng-bench-") as home:
        found = _asked("fill", {"GONGHENG_HOME": home}) | _asked("verify", {"GONGHENG_HOME": home})
    if not found["good"]:
        raise AssertionError("the million entries are not good")
    seconds, bare, what = found["seconds"], found["bare"], f"verify {found['entries']:,} entries, SQLite, 2 processes"
    verified = Row(what, seconds, "s", "bare hashing", bare, seconds / bare, "≤ 10 s")
    took = Row("… as it took beside all else", found["wall"], "s", "", None, None, "")
    return [*_on_postgresql(), verified, took]


def _on_postgresql() -> list[Row]:
    try:
        with server() as url, tempfile.TemporaryDirectory(prefix="gongheng-bench-") as home:
            found = _asked("appends", {"GONGHENG_HOME": home, "DATABASE_URL": url})
    except (ImportError, OSError, subprocess.CalledProcessError) as reason:
        print(f"ledger on PostgreSQL: skipped, {reason}", file=sys.stderr)
        return []
    if not found["good"] or found["out_of_order"]:
        raise AssertionError(f"the log is not good, or a reader saw it out of order: {found}")
    made = [row for writers in (1, 8) for row in _of_writers(writers, found)]
    read = f"rows lost by 2 readers of {found['read']:,.0f}, 8 writers"
    return [*made, Row(read, found["lost"], "rows", "", None, None, "0")]


def _of_writers(writers: int, found: dict[str, float]) -> list[Row]:
    what, target = f"appends, PostgreSQL, {writers} writer(s)", "≥ 1,000/s"
    one, several, least, bare = (found[f"{name}_{writers}"] for name in ("append", "several", "least", "bare"))
    return [
        Row(what, one, "/s", "least of an ordered log", least, one / least, target),
        Row("… as against one row without order", one, "/s", "bare transaction", bare, one / bare, ""),
        Row("… ten entries a transaction", several, "/s", "least of an ordered log", least, several / least, target),
    ]


def _asked(what: str, environment: dict[str, str]) -> dict[str, float]:
    argv = [sys.executable, "-m", "bench._ledger", what]
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(argv, cwd=ROOT, env=kept | environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
