"""What a running installation consists of, as programs; and `run.json`, by which any `manage.py` finds it."""

import json
import os
import sys
from pathlib import Path

from config import places
from runtime.supervisor import Program

PYTHON = sys.executable


def server_environment(*, broker_url: str, port: int) -> dict[str, str]:
    """Return the environment of web, workers and clock."""
    env = dict(os.environ)
    env |= {
        "GONGHENG_HOME": str(places.HOME),
        "REDIS_URL": broker_url,
        "GONGHENG_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "OMP_THREAD_LIMIT": "1",  # tesseract's threads slow each other down on few cores
    }
    return env


def custodian_environment() -> dict[str, str]:
    """Return the environment of an agent: nothing of the server's, since it stands for another machine."""
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return env | {"PYTHONUNBUFFERED": "1"}


def server_programs(env: dict[str, str], *, port: int) -> list[Program]:
    """Return web, clock and the two workers (reading in its own low-priority process)."""
    web = [PYTHON, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--lifespan", "off", "--no-server-header", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]
    worker = [PYTHON, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    return [
        Program("web", web, env),
        Program("clock", [PYTHON, str(places.ROOT / "manage.py"), "clock"], env),
        Program("worker", [*worker, "--queues", "default", "--hostname", "default@local"], env),
        Program("reading", [*worker, "--queues", "reading", "--hostname", "reading@local"], env, nice=10),
    ]


def custodian_homes() -> list[Path]:
    """Return the folders under `custodians/` that hold a key, by name: each stands for another machine."""
    return sorted(path.parent for path in (places.HOME / "custodians").glob("*/token"))


def custodian_programs(homes: list[Path], *, port: int) -> list[Program]:
    """Return one agent for each custodian's home."""
    address = f"http://127.0.0.1:{port}"
    argv = [PYTHON, "-m", "custodian", "--server", address, "--home"]
    return [Program(f"custodian-{home.name}", [*argv, str(home)], custodian_environment()) for home in homes]


def write_run_file(*, address: str, broker_url: str, pids: dict[str, int]) -> None:
    """Write `run.json` (0600: it holds the broker's password), replacing the old one at once."""
    path = places.HOME / "run.json"
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump({"address": address, "broker": broker_url, "supervisor": os.getpid(), "pids": pids}, out)
    part.replace(path)


def read_run_file() -> dict[str, object]:
    """Return what `run.json` says.

    :raises FileNotFoundError: no installation runs from this home
    """
    loaded: dict[str, object] = json.loads((places.HOME / "run.json").read_text("utf-8"))
    return loaded


def remove_run_file() -> None:
    """Remove `run.json`: nothing runs any more."""
    (places.HOME / "run.json").unlink(missing_ok=True)
