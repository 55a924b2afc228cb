"""The installation as a whole: one command starts it, a rehearsal runs through it, Ctrl-C leaves nothing, data stay."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stack.installation import ROOT, Installation, clean_environment, running, start

pytestmark = pytest.mark.stack
REHEARSAL_SECONDS = 300  # how long the test waits; the limit that is promised is measured by bench/rehearsal.py


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the platform beside the installation."""
    argv = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(
        argv, cwd=ROOT, env=clean_environment(home), capture_output=True, text=True, timeout=REHEARSAL_SECONDS
    )


def alive(pids: set[int]) -> set[int]:
    """Return which of the processes still run; a zombie is over."""
    return {pid for pid in pids if _state(pid) not in ("", "Z")}


def _gone_within(pids: set[int], *, seconds: float) -> bool:
    """Whether all processes end in time: a reader that was just starting finds its parent gone by itself."""
    until = time.monotonic() + seconds
    while left := alive(pids):
        if time.monotonic() > until:
            return not left
        time.sleep(0.2)
    return True


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def descendants(pid: int) -> set[int]:
    """Return a process and all its children's children."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = set(), [pid]
    while waiting:
        found.add(one := waiting.pop())
        waiting += parents.get(one, [])
    return found


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory):
    """An installation of its own in which one tender was rehearsed, and what the command answered."""
    with running(tmp_path_factory.mktemp("rehearsed"), "--no-seed") as made:
        done = manage(made.home, "rehearse", "--bidders", "5", "--json")
        assert done.returncode == 0, done.stderr[-3000:]
        yield made, done


def test_a_rehearsal_ends_with_an_award_and_one_json_object(rehearsed):
    made, done = rehearsed
    answer = json.loads(done.stdout)
    assert answer["stage"] == "awarded"
    assert answer["bids_opened"] == 5
    assert answer["winner"]
    assert answer["lot"].startswith("R")
    assert answer["ledger_entries"] > 50
    assert set(answer) == {"lot", "stage", "bids_opened", "winner", "ledger_entries", "seconds"}
    assert made.answers(f"/lots/{answer['lot']}/") == 200


def test_the_ledger_of_it_verifies(rehearsed):
    made, _ = rehearsed
    verdict = manage(made.home, "verify_ledger", "--json")
    assert verdict.returncode == 0, verdict.stdout
    assert json.loads(verdict.stdout)["good"] is True


def test_players_keys_are_private_and_the_server_has_none_of_them(rehearsed):
    made, _ = rehearsed
    keys = list((made.home / "demonstration-keys").glob("*.key"))
    assert len(keys) == 6  # five bidders and the agency
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys)
    assert not list((made.home / "server").rglob("*.key"))


def test_a_real_procedure_is_refused_with_the_reason_and_exit_1(rehearsed):
    made, _ = rehearsed
    refused = manage(made.home, "rehearse", "--procedure", "construction", "--json")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "real procedure" in refused.stderr


def test_after_ctrl_c_no_process_is_left_and_started_again_the_data_are_there(rehearsed):
    made, done = rehearsed
    lot = json.loads(done.stdout)["lot"]
    family = descendants(made.process.pid) | set(made.pids.values())
    assert len(family) > 6
    made.stop()
    assert made.process.returncode == 0
    assert _gone_within(family, seconds=5)
    again: Installation = start(made.home, "--no-seed")
    try:
        assert again.answers(f"/lots/{lot}/") == 200
        assert manage(again.home, "verify_ledger").returncode == 0
    finally:
        again.stop()
