"""The supervisor: what dies is started again, what is stopped is gone, children do not outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime.supervisor import Program, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def _until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(
        [Program("one", SLEEPER, dict(os.environ)), Program("two", SLEEPER, dict(os.environ))], logs=tmp_path
    )
    made.start_all()
    yield made
    made.stop()


def test_a_killed_child_is_started_again(supervisor):
    first = supervisor.pids()["one"]
    os.kill(first, signal.SIGKILL)
    assert _until(lambda: supervisor.watch_once() is not None and supervisor.pids().get("one", first) != first)
    assert supervisor.pids()["two"]


def test_stop_leaves_nothing_behind(supervisor):
    pids = list(supervisor.pids().values())
    supervisor.stop()
    assert not any(_alive(pid) for pid in pids)


def test_a_program_that_runs_once_is_not_started_again(supervisor):
    supervisor.add_once(Program("once", [sys.executable, "-c", ""], dict(os.environ)))
    assert _until(lambda: "once" not in supervisor.pids())
    for _ in range(5):
        supervisor.watch_once()
    assert "once" not in supervisor.pids()


@pytest.mark.skipif(sys.platform != "linux", reason="children follow a killed parent by prctl, which only Linux has")
def test_children_die_with_a_killed_supervisor(tmp_path):
    code = (
        "import os, sys, time, pathlib\n"
        "from runtime.supervisor import Program, Supervisor\n"
        f"s = Supervisor([Program('child', {SLEEPER!r}, dict(os.environ))], logs=pathlib.Path({str(tmp_path)!r}))\n"
        "s.start_all(); print(s.pids()['child'], flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert _alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _until(lambda: not _alive(child))
