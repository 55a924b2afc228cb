"""`manage.py up`: the whole installation with one command."""

import fcntl
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import places
from runtime import broker, installation
from runtime.supervisor import Program, Supervisor

START_SECONDS = 90.0


class Command(BaseCommand):
    help = (
        "Migrate, start broker, web, clock, workers and custodians' agents, seed the demonstration, print the address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("GONGHENG_PORT", "8000")))
        parser.add_argument("--agents", type=int, default=2, choices=(0, 1, 2, 3), help="custodians' agents to start")
        parser.add_argument("--no-seed", action="store_true", help="accounts only, no demonstration tenders")

    def handle(self, *args: Any, **options: Any) -> None:
        lock = _lock_home()
        port = options["port"]
        _refuse_taken_port(port)
        call_command("compile_words", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMONSTRATION:
            call_command("lay_foundation")
        url = broker.given_url()
        embedded = None if url else broker.prepare(places.HOME)
        env = installation.server_environment(broker_url=embedded.url if embedded else url, port=port)
        programs = [Program("broker", embedded.argv, env)] if embedded else []
        programs += installation.server_programs(env, port=port)
        homes = installation.custodian_homes()[: options["agents"]] if settings.DEMONSTRATION else []
        programs += installation.custodian_programs(homes, port=port)
        self._supervise(Supervisor(programs, logs=places.HOME / "log"), env, port, seed=not options["no_seed"])
        lock.close()

    def _supervise(self, supervisor: Supervisor, env: dict[str, str], port: int, *, seed: bool) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stop.set())
        address = f"http://127.0.0.1:{port}"
        try:
            supervisor.start_all()
            if not _answers(f"{address}/healthz", stop, supervisor):
                if not stop.is_set():
                    raise CommandError(f"The web process did not answer; see {places.HOME / 'log' / 'web.log'}")
                return
            if settings.DEMONSTRATION:
                call_command("lay_foundation", tell=True, stdout=self.stdout)
                if seed:
                    supervisor.add_once(_seeder(env))
            self.stdout.write(f"\nGongheng 公衡  {address}\n")
            self.stdout.flush()
            _watch(supervisor, stop, address=address, broker_url=env["REDIS_URL"])
        finally:
            supervisor.stop()
            installation.remove_run_file()


def _seeder(env: dict[str, str]) -> Program:
    return Program("seed", [sys.executable, str(places.ROOT / "manage.py"), "seed_demonstration"], env, nice=5)


def _watch(supervisor: Supervisor, stop: threading.Event, *, address: str, broker_url: str) -> None:
    pids: dict[str, int] = {}
    while not stop.is_set():
        supervisor.watch_once()
        if (current := supervisor.pids()) != pids:
            pids = current
            installation.write_run_file(address=address, broker_url=broker_url, pids=pids)
        stop.wait(0.5)


def _answers(url: str, stop: threading.Event, supervisor: Supervisor) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stop.is_set():
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            supervisor.watch_once()
            stop.wait(0.2)
    return False


def _lock_home() -> TextIO:
    """Take the home's lock: two installations on one home would fight.

    :raises CommandError: another one runs
    """
    places.HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = Path(places.HOME / "up.lock").open("w")  # noqa: SIM115  held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        raise CommandError(f"An installation already runs from {places.HOME}") from exc
    return lock


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            raise CommandError(f"Port {port} is taken; choose another with GONGHENG_PORT") from exc
