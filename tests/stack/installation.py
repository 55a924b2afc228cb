"""A whole installation in a temporary home: `manage.py up` as a process, its address, its accounts, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
STOP_SECONDS = 30
OURS = ("GONGHENG_", "DJANGO_", "PYTEST", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True)
class Installation:
    """A running installation."""

    home: Path
    address: str
    process: subprocess.Popen[bytes]

    @property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """Login → account, with its password."""
        rows = json.loads((self.home / "demonstration.json").read_text("utf-8"))
        return {row["login"]: row for row in rows}

    @property
    def pids(self) -> dict[str, int]:
        """Program → process id."""
        found: dict[str, int] = json.loads((self.home / "run.json").read_text("utf-8"))["pids"]
        return found

    def answers(self, path: str) -> int:
        """Return the status of a page, 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does, and wait until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(STOP_SECONDS)


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return this process's environment without what tests or another installation have set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"GONGHENG_HOME": str(home), **more}


def start(home: Path, *arguments: str) -> Installation:
    """Start an installation and return it as soon as it is ready.

    :raises AssertionError: not ready within two minutes; with the end of what it printed
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    argv = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port), *arguments]
    with (home / "up.log").open("ab") as log:
        process = subprocess.Popen(
            argv, cwd=ROOT, env=clean_environment(home), stdout=log, stderr=log, start_new_session=True
        )
    made = Installation(home, f"http://127.0.0.1:{port}", process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if made.answers("/readyz") == 200 and (home / "run.json").exists():
            return made
        time.sleep(0.3)
    process.terminate()
    raise AssertionError("the installation is not ready:\n" + (home / "up.log").read_text("utf-8")[-3000:])


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[Installation]:
    """Run an installation for as long as the context lasts."""
    made = start(home, *arguments)
    try:
        yield made
    finally:
        made.stop()
