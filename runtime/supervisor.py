"""Starting, watching and stopping the installation's processes. Durations are seconds on the monotonic clock."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)
STOP_SECONDS = 12.0
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 60.0  # after this long alive a child's restarts are forgotten
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One process to keep running: its name, command, environment and niceness (0 to 19)."""

    name: str
    argv: list[str]
    env: dict[str, str]
    nice: int = 0


@dataclass
class Child:
    """A running program and how often it had to be started again."""

    program: Program
    popen: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    not_before: float = 0.0
    once: bool = False


def _die_with_parent(parent: int, nice: int) -> Callable[[], None]:
    """Return what a child runs before its program: be killed when the supervisor dies, even by kill -9 (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # died between fork and prctl
                os._exit(1)
        if nice:
            os.nice(nice)

    return prepare


class Supervisor:
    """Keeps programs running: starts in order, restarts what dies with a growing pause, stops in reverse order."""

    def __init__(self, programs: list[Program], *, logs: Path) -> None:
        self.children = [Child(program) for program in programs]
        self._logs = logs
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)

    def start(self, child: Child) -> None:
        """Start `child`; its output goes to `<logs>/<name>.log`."""
        with (self._logs / f"{child.program.name}.log").open("ab") as log:
            child.popen = subprocess.Popen(
                child.program.argv,
                env=child.program.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops in order
                preexec_fn=_die_with_parent(os.getpid(), child.program.nice),  # noqa: PLW1509  single-threaded here
            )
        child.started = time.monotonic()

    def add_once(self, program: Program) -> None:
        """Start a program that ends by itself and is not started again."""
        child = Child(program, once=True)
        self.children.append(child)
        self.start(child)

    def start_all(self) -> None:
        """Start every program in the order given."""
        for child in self.children:
            self.start(child)

    def watch_once(self) -> list[str]:
        """Start again what has died (after a pause that doubles to 10 s) and return the names of those found dead."""
        now, died = time.monotonic(), []
        for child in self.children:
            if child.once:
                continue
            if child.popen is not None and child.popen.poll() is not None:
                died.append(child.program.name)
                self._plan_restart(child, now)
            if child.popen is None and now >= child.not_before:
                self.start(child)
        return died

    @staticmethod
    def _plan_restart(child: Child, now: float) -> None:
        if now - child.started > STEADY_SECONDS:
            child.restarts = 0
        code = child.popen.returncode if child.popen else None
        child.not_before = now + min(LONGEST_PAUSE, 0.5 * 2**child.restarts)
        child.restarts += 1
        child.popen = None
        logger.warning("%s ended with %s and will be started again", child.program.name, code)

    def pids(self) -> dict[str, int]:
        """Return name → process id of what runs now."""
        return {c.program.name: c.popen.pid for c in self.children if c.popen and c.popen.poll() is None}

    def stop(self) -> None:
        """Ask all to end, last started first; kill what is still there after 12 s."""
        running = [c.popen for c in reversed(self.children) if c.popen and c.popen.poll() is None]
        for popen in running:
            _signal_group(popen, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for popen in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                popen.wait(max(0.1, deadline - time.monotonic()))
        for popen in running:
            _signal_group(popen, signal.SIGKILL)  # the leader, or what it left behind in its group
            popen.wait()


def _signal_group(popen: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, number)
