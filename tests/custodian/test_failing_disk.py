"""A disk that fails for a while ends no loop, and what could not be written down is not acted on."""

import errno
import io
import json

import pytest

import ledger
from custodian import files, journal, log, running, witness, witness_home
from custodian.log import Log
from custodian.witnessing import SplitView
from ledger import tree
from ledger.models import Cosignature
from tendering.models import Release
from tests.custodian.looping import told
from tests.custodian.test_program import ended
from tests.custodian.witnessed import Rewritten, grow


def full(*given):
    raise OSError(errno.ENOSPC, "No space left on device")


def failing(monkeypatch, module, *, times, when=lambda path, data: True):
    """Let the module's next whole writes fail, so many of those that `when` means; returns how many are left."""
    left, write = [times], files.write_atomically

    def written(path, data):
        if left[0] and when(path, data):
            left[0] -= 1
            full()
        write(path, data)

    monkeypatch.setattr(module, "write_atomically", written)
    return left


def closings_in(folder):
    return json.loads((folder / "memory.json").read_text())["closings"]


# the agent


def test_an_agent_whose_memory_is_not_written_releases_nothing_and_goes_on_once_it_is(
    tender,
    hands,
    agent_of,
    rounds,
    monkeypatch,
    capsys,
):
    ended(tender, hands)
    agent = agent_of("centre")
    left, seen = failing(monkeypatch, log, times=2), []
    pauses = rounds(running, 3, between=lambda done: seen.append((left[0], Release.objects.count())))
    told(capsys)
    assert running._until_stopped(agent, parent_pid=0) == 0
    assert seen == [(1, 0), (0, 0), (0, 3)]
    assert pauses[0] < pauses[1] and pauses[2] <= running.PAUSE * 1.2
    noted = told(capsys)
    assert [line["event"] for line in noted] == ["disk_failed", *["released"] * 3, "stopped"]  # said once
    assert "No space left" in noted[0]["why"] and "make room" in noted[0]["advice"]
    assert json.loads((agent.home.folder / "memory.json").read_text())["size"] == agent.log.head.size


def test_a_closing_entry_that_was_not_written_down_is_not_released_on(
    tender,
    hands,
    agent_of,
    rounds,
    monkeypatch,
):
    ended(tender, hands)
    agent = agent_of("centre")
    left = failing(monkeypatch, log, times=1, when=lambda path, data: bool(json.loads(data)["closings"]))
    seen = []

    def look(done):
        kept = closings_in(agent.home.folder)
        seen.append((Release.objects.count(), agent.log.closings == kept, bool(kept), Log(agent.home.folder).closings))

    rounds(running, 2, between=look)
    assert running._until_stopped(agent, parent_pid=0) == 0
    assert left == [0]
    assert seen == [(0, True, False, {}), (3, True, True, agent.log.closings)]


@pytest.mark.parametrize("broken", ["write_all", "write_atomically"])
def test_leaves_count_as_kept_only_after_the_memory_that_counts_them(tender, hands, agent_of, monkeypatch, broken):
    agent = agent_of("centre")
    agent.round()
    before = Log(agent.home.folder).head
    ended(tender, hands)
    with monkeypatch.context() as patched:
        patched.setattr(log, broken, full)
        for _ in range(2):  # the second round must not take the first for written
            with pytest.raises(OSError, match="No space"):
                agent.follow_to(ledger.checkpoint())
    assert not Release.objects.exists()
    assert Log(agent.home.folder).head == before  # after a crash: the old memory, whatever lies behind its leaves
    assert agent.round() == 3
    assert Log(agent.home.folder).head == agent.log.head != before


def test_an_agent_that_crashed_after_a_failed_write_follows_again_from_what_it_kept(
    tender, hands, agent_of, monkeypatch
):
    agent = agent_of("centre")
    agent.round()
    ended(tender, hands)
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(log, "write_atomically", full)
        agent.round()
    assert agent_of("centre").round() == 3


def test_another_trouble_is_told_though_the_first_has_not_passed(agent_of, rounds, monkeypatch, capsys):
    agent = agent_of("centre")
    troubles = iter([running.ServerAway("away"), running.ServerAway("away"), OSError("full"), OSError("full")])

    def troubled():
        raise next(troubles)

    monkeypatch.setattr(agent, "round", troubled)
    rounds(running, 4)
    told(capsys)
    running._until_stopped(agent, parent_pid=0)
    assert [line["event"] for line in told(capsys)] == ["server_away", "disk_failed", "stopped"]


# the witness


def test_a_witness_whose_checkpoint_is_not_written_publishes_nothing_and_goes_on_once_it_is(
    witness_of,
    rounds,
    monkeypatch,
    capsys,
):
    grow(5)
    looking = witness_of()
    seen = []
    failing(monkeypatch, witness_home, times=1)
    pauses = rounds(
        witness, 2, between=lambda done: seen.append((Cosignature.objects.count(), bool(looking.home.last)))
    )
    told(capsys)
    assert witness._until_stopped(looking, parent_pid=0) == 0
    assert seen == [(0, False), (1, True)]
    assert pauses == [witness.PAUSE * 1.5, witness.PAUSE]
    assert [line["event"] for line in told(capsys)] == ["disk_failed", "cosigned", "stopped"]


def test_two_histories_end_the_witness_though_the_disk_keeps_no_evidence_which_goes_out_with_the_journal(
    witness_of,
    rounds,
    monkeypatch,
    capsys,
):
    """Were it a failed disk that is tried again, the log could show its first face next, and be cosigned."""
    grow(9)
    assert witness_of().round() == 9
    liar = witness_of(change=Rewritten([tree.leaf_hash(bytes([n])) for n in range(9)]))
    failing(monkeypatch, witness_home, times=9)
    pauses = rounds(witness, 9)
    told(capsys)
    with pytest.raises(SplitView) as caught:
        witness._until_stopped(liar, parent_pid=0)
    assert pauses == [] and liar.home.splits() == []
    kept, split = told(capsys)
    assert (kept["event"], split["event"]) == ("evidence_not_kept", "split_view")
    assert {name: kept[name] for name in ("seen", "shown")} == {
        name: caught.value.facts[name] for name in ("seen", "shown")
    }
    assert split["why"] == str(caught.value) and "No space left" in kept["failure"]


# beneath both


def test_a_file_is_replaced_only_with_its_name_flushed(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(files, "flush", lambda path: flushed.append((path, (tmp_path / "memory.json").read_bytes())))
    files.write_atomically(tmp_path / "memory.json", b"{}")
    assert flushed == [(tmp_path, b"{}")]
    monkeypatch.setattr(files, "flush", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomically(tmp_path / "memory.json", b"[]")


def test_a_file_that_cannot_be_written_whole_stays_the_old_one(tmp_path, monkeypatch):
    files.write_atomically(tmp_path / "memory.json", b"{}")
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomically(tmp_path / "memory.json", b"[]")
    assert (tmp_path / "memory.json").read_bytes() == b"{}"


def test_a_line_that_standard_error_does_not_take_ends_nothing(monkeypatch):
    class Full(io.StringIO):
        def flush(self):
            full()

    monkeypatch.setattr("sys.stderr", Full())
    journal.note("disk_failed", why="no room, and no room to say so")
