"""kill -9 of any process in the middle of close, release and open: after its restart the lot is opened once, whole."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.depth import depth
from tests.stack.installation import ROOT, Installation, clean_environment, running

pytestmark = pytest.mark.stack
BIDDERS = 4
LONGEST = 240


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    """An installation of its own: what is killed here must not disturb other tests."""
    with running(tmp_path_factory.mktemp("victim"), "--no-seed") as made:
        yield made


def ask(installation: Installation, query: str, *values: object) -> list[tuple]:
    path = installation.home / "server" / "db.sqlite3"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20) as connection:
        return connection.execute(query, values).fetchall()


def rehearse(installation: Installation) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "rehearse", "--bidders", str(BIDDERS), "--until", "opened", "--json"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean_environment(installation.home),
        stdout=subprocess.PIPE,
        stderr=(installation.home / "rehearse.log").open("ab"),
        text=True,
    )


def kill(installation: Installation, program: str) -> bool:
    """kill -9 one program; False when it is down already."""
    pid = installation.pids.get(program)
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    return True


# moment → (what tells that it has come, asked of the newest lot)
MOMENTS = {
    "close": "SELECT 1 FROM tendering_lot WHERE id = ? AND stage IN ('closed', 'opening', 'opened')",
    "release": "SELECT 1 FROM tendering_release r JOIN tendering_bid b ON b.id = r.bid_id WHERE b.lot_id = ?",
    "open": "SELECT 1 FROM tendering_opening WHERE lot_id = ? AND ended_at IS NOT NULL",
}


def newest_lot(installation: Installation) -> int:
    return ask(installation, "SELECT coalesce(max(id), 0) FROM tendering_lot")[0][0]


def play_and_kill(installation: Installation, programs: dict[str, str]) -> dict:
    """Play a tender; kill a program at each moment; return what the rehearsal says."""
    before, left = newest_lot(installation), dict(MOMENTS)
    playing = rehearse(installation)
    until = time.monotonic() + LONGEST
    while playing.poll() is None and time.monotonic() < until:
        lot = newest_lot(installation)
        for moment, query in list(left.items()):
            if lot > before and ask(installation, query, lot) and kill(installation, programs[moment]):
                del left[moment]
                break
        time.sleep(0.05)
    out, _ = playing.communicate(timeout=30)
    assert playing.returncode == 0, (installation.home / "rehearse.log").read_text("utf-8")[-2000:]
    assert not left, f"never killed at: {', '.join(left)}"
    return json.loads(out)


# every program at every moment; a run takes the first, `make thorough` all
SCENES = (
    {"close": "clock", "release": "web", "open": "custodian-centre"},
    {"close": "web", "release": "custodian-centre", "open": "clock"},
    {"close": "custodian-centre", "release": "clock", "open": "web"},
)


@pytest.mark.parametrize("programs", SCENES[: depth(1, 3)], ids=lambda scene: "-".join(scene.values()))
def test_killed_in_the_middle_the_lot_is_opened_once_with_all_bids(victim, programs):
    told = play_and_kill(victim, programs)
    assert told["stage"] == "opened" and told["bids_opened"] == BIDDERS
    entries = "SELECT count(*) FROM ledger_body WHERE lot = ? AND kind = ?"
    for kind, wanted in {"lot.closed": 1, "opening.started": 1, "opening.finished": 1, "bid.opened": BIDDERS}.items():
        assert ask(victim, entries, told["lot"], kind) == [(wanted,)], kind


def test_the_broker_killed_loses_nothing(victim):
    assert kill(victim, "broker")
    until = time.monotonic() + 60
    while victim.answers("/readyz") != 200 and time.monotonic() < until:
        time.sleep(0.3)
    assert victim.answers("/readyz") == 200


def test_the_ledger_is_whole_after_all_that(victim):
    checked = subprocess.run(
        [sys.executable, "manage.py", "verify_ledger", "--json"],
        cwd=ROOT,
        env=clean_environment(victim.home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
