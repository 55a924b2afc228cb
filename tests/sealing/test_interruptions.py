"""A command whose answer nobody takes, or that is stopped: it says so in words, and leaves nothing secret behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sealing import commands
from sealing.__main__ import main
from sealing.keys import make_keys
from sealing.policy import Group
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.shares import dumps
from tests.sealing.stage import plain_tender

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "sealing"]


def environment(**more: str) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **more}


def keygen(folder: Path, out: str, **streams: Any) -> "subprocess.CompletedProcess[str]":
    told: dict[str, Any] = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "env": environment(),
    } | streams
    return subprocess.run([*PROGRAM, "keygen", "--out", out, "--organisation", "B-1"], cwd=folder, check=False, **told)


def test_a_name_that_the_terminal_cannot_show_is_answered_all_the_same(tmp_path: Path) -> None:
    done = keygen(tmp_path, "投标.key", env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="1"))
    assert (done.returncode, done.stderr) == (0, "")
    assert r"key: \u6295\u6807.key" in done.stdout and (tmp_path / "投标.key").exists()


def test_a_full_disk_under_the_answer_is_told_after_the_key_is_made(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = keygen(tmp_path, "a.key", stdout=full)
    said = "file: it is done, but the answer could not be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said) and (tmp_path / "a.key").exists()


@pytest.mark.parametrize("notes_too", [False, True])
def test_an_answer_that_nobody_reads_ends_without_a_traceback(tmp_path: Path, notes_too: bool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = keygen(tmp_path, "a.key", stdout=writing, stderr=writing if notes_too else subprocess.PIPE)
    os.close(writing)
    assert done.returncode == 1 and (tmp_path / "a.key").exists() and (tmp_path / "a.pub").exists()
    if not notes_too:
        assert done.stderr == "file: it is done, but the answer could not be written: Broken pipe\n"


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as usage:
        main(["ui", "--no-browser", "--port", port])
    assert usage.value.code == 2 and "--port" in capsys.readouterr().err


def test_whoever_presses_control_c_sees_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "make_keys", interrupted)
    assert main(["keygen", "--out", str(tmp_path / "a.key")]) == 130
    assert capsys.readouterr() == ("", "stopped\n")


def test_what_listens_to_signals_is_as_it_was_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["keygen", "--out", str(tmp_path / "a.key")]) == 0
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.fixture(scope="module")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bid large enough that opening it can be stopped half-way, and the share that opens it."""
    folder = tmp_path_factory.mktemp("opening")
    keys = make_keys("INTL-1", "BIDDER-1")
    with (folder / "bulk.bin").open("wb") as file:
        file.truncate(200 << 20)
    tender = plain_tender(keys, "bidder", (Group("bidder", 1, (keys.kid,)),))
    sealed = seal_bid(tender, Contents(folder / "bulk.bin"), folder / "a.bid", signer=keys)
    (folder / "share.json").write_bytes(dumps(release_share(sealed.header, sealed.bid_digest, keys)))
    (folder / "bulk.bin").unlink()
    return folder


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_an_opening_that_is_stopped_leaves_nothing_of_the_bid(opening: Path, number: int, status: int) -> None:
    command = [*PROGRAM, "open", "a.bid", "--share", "share.json", "--out", "out"]
    running = subprocess.Popen(command, cwd=opening, env=environment(), stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not any(path.stat().st_size for path in opening.glob(".out.*/bulk.bin")) and time.monotonic() < until:
        assert running.poll() is None, "it ended before it could be stopped"
        time.sleep(0.005)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in said) == (status, False), said
    assert {path.name for path in opening.iterdir()} == {"a.bid", "share.json"}


def test_a_page_whose_address_nobody_reads_is_not_served(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    told = [*PROGRAM, "ui", "--no-browser"]
    done = subprocess.run(told, cwd=tmp_path, env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"file: the answer could not be written: Broken pipe\n")
