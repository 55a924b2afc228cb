"""Anchors: what is published elsewhere is proven by its receipt, and nothing else is."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

import ledger
from ledger import anchoring, anchors, checkpoints, heads
from ledger.models import Anchor, Checkpoint
from ledger.tasks import anchor_checkpoints
from tests.full_disk import full_beyond

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


ROOT = Path(__file__).resolve().parents[2]


def _note(size):
    return heads.signed_head(size, f"{size:064x}", f"{size:064x}")


@pytest.fixture
def file(tmp_path):
    return anchors.driver({"driver": "file", "path": str(tmp_path / "anchors.jsonl")})


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    return {"driver": "timestamp", "authority": "demonstration", "home": str(tmp_path_factory.mktemp("tsa"))}


def test_a_file_keeps_every_checkpoint_in_a_chain(file):
    receipts = [file.publish(_note(size), at=AT + timedelta(seconds=size)) for size in range(4)]
    assert [receipt["line"] for receipt in receipts] == [0, 1, 2, 3]
    assert [file.verify(_note(n), receipts[n]) for n in range(4)] == [AT + timedelta(seconds=n) for n in range(4)]
    with pytest.raises(anchors.AnchorInvalid):
        file.verify(_note(1), receipts[2])


@pytest.mark.parametrize("line", range(3))
def test_a_line_altered_or_taken_out_of_the_file_is_noticed(file, tmp_path, line):
    receipts = [file.publish(_note(size), at=AT) for size in range(3)]
    path = tmp_path / "anchors.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*whole[:line], whole[line].replace(b"2026", b"2025"), *whole[line + 1 :]]))
    for number in range(line, 3):
        with pytest.raises(anchors.AnchorInvalid):
            file.verify(_note(number), receipts[number])
    path.write_bytes(b"".join([*whole[:line], *whole[line + 1 :]]))
    with pytest.raises(anchors.AnchorInvalid):
        file.verify(_note(2), receipts[2])


def test_a_line_that_the_disk_took_a_part_of_breaks_no_later_one(file, tmp_path):
    path = tmp_path / "anchors.jsonl"
    first = file.publish(_note(1), at=AT)
    with full_beyond(path.stat().st_size + 40), pytest.raises(anchors.AnchorFailed):
        file.publish(_note(2), at=AT)
    receipts = [first, *(file.publish(_note(size), at=AT) for size in (2, 3))]
    assert [receipt["line"] for receipt in receipts] == [0, 1, 2]
    for size, receipt in enumerate(receipts, 1):
        assert file.verify(_note(size), receipt) == AT
    path.write_bytes(path.read_bytes() + b'{"at":"2026')  # killed within a line
    assert file.verify(_note(4), file.publish(_note(4), at=AT)) == AT


def test_a_timestamp_proves_the_checkpoint_and_no_other(tsa):
    driver = anchors.driver(tsa)
    receipt = driver.publish(_note(5), at=AT)
    assert driver.verify(_note(5), json.loads(json.dumps(receipt))).tzinfo is not None
    assert driver.verify(_note(5) + "— witness AAAA\n", receipt)  # cosigned later: the text is the same
    for note, told in ((_note(6), receipt), (_note(5), {"token": "AAAA"}), (_note(5), {})):
        with pytest.raises(anchors.AnchorInvalid):
            driver.verify(note, told)


def _program(*argv, anchor):
    return anchors.driver({"driver": "program", "argv": [sys.executable, *argv], "anchor": anchor})


def test_a_program_in_an_environment_of_its_own_is_a_driver_too(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    inner = {"driver": "file", "path": str(tmp_path / "anchors.jsonl")}
    driver = _program("-m", "ledger.anchors", anchor=inner)
    receipt = driver.publish(_note(3), at=AT)
    assert driver.verify(_note(3), receipt) == AT
    with pytest.raises(anchors.AnchorInvalid, match="another checkpoint"):
        driver.verify(_note(4), receipt)
    for argv in (("-m", "ledger.anchors"), ("-c", "print(1)"), ("-c", "print('{')"), ("-c", "")):
        with pytest.raises(anchors.AnchorFailed):
            _program(*argv, anchor={"driver": "file", "path": str(tmp_path)}).publish(_note(3), at=AT)


def test_what_cannot_be_reached_fails_and_says_so(tmp_path):
    (tmp_path / "folder").mkdir()
    for given in (
        {"driver": "file", "path": str(tmp_path / "folder")},
        {"driver": "timestamp", "authority": "http://127.0.0.1:9/"},
    ):
        with pytest.raises(anchors.AnchorFailed):
            anchors.driver(given).publish(_note(1), at=AT)


@pytest.mark.parametrize(
    "given", [{}, {"driver": "stone"}, {"driver": "file"}, {"driver": "file", "path": "x", "y": 1}]
)
def test_settings_that_name_no_driver_are_refused(given):
    with pytest.raises(anchors.UnknownDriver):
        anchors.driver(given)


@pytest.fixture
def configured(db, settings, tmp_path, tsa):
    settings.LEDGER_ANCHORS = {"media": {"driver": "file", "path": str(tmp_path / "anchors.jsonl")}, "tsa": tsa}
    settings.TIMESTAMP_AUTHORITY = ""


def _append(kind):
    return ledger.append(kind, lot="L1", at=AT, payload={})


def test_key_moments_are_signed_at_once_and_anchored_everywhere_once(configured, django_capture_on_commit_callbacks):
    _append("lot.announced")
    assert anchoring.waiting() == {}
    with django_capture_on_commit_callbacks(execute=True):
        _append("lot.closed")
    assert Checkpoint.objects.get().size == 2
    assert set(anchoring.waiting()) == {"media", "tsa"}
    assert anchor_checkpoints() == [] and anchor_checkpoints() == []
    assert sorted(Anchor.objects.values_list("name", "checkpoint_id")) == [("media", 2), ("tsa", 2)]
    assert list(anchoring.anchor_faults()) == []
    assert [(row["driver"], row["size"]) for row in anchoring.anchor_rows()] == [("timestamp", 2), ("file", 2)]
    entry = ledger.models.Entry.objects.get(pk=0)
    assert len(ledger.receipt(entry)["timestamps"]) == 1


@pytest.mark.parametrize("kind", sorted(checkpoints.MOMENTS))
def test_a_key_moment_whose_signature_was_lost_is_signed_by_the_next_tick(db, kind):
    _append("lot.announced")
    assert checkpoints.sign_when_old(AT).size == 1
    _append(kind)
    assert checkpoints.sign_when_old(AT + timedelta(seconds=1)).size == 2
    _append("lot.announced")
    assert checkpoints.sign_when_old(AT + timedelta(seconds=2)) is None


def test_an_anchor_that_fails_holds_up_no_other_and_is_tried_again(configured, settings, tmp_path):
    settings.LEDGER_ANCHORS["media"]["path"] = str(tmp_path)
    _append("lot.closed")
    checkpoints.sign_when_old(AT)
    assert anchoring.anchor_waiting(AT) == ["media"]
    assert [row["name"] for row in anchoring.anchor_rows()] == ["tsa"]
    settings.LEDGER_ANCHORS["media"]["path"] = str(tmp_path / "now.jsonl")
    assert anchoring.anchor_waiting(AT) == [] and Anchor.objects.count() == 2


def test_a_worker_is_asked_once_a_minute(configured, monkeypatch):
    asked = []
    monkeypatch.setattr(anchoring, "_asked", {})
    monkeypatch.setattr(anchoring.current_app, "send_task", lambda name, **given: asked.append(name))
    assert not anchoring.ask_for_anchors(AT)
    _append("lot.closed")
    checkpoints.sign_when_old(AT)
    assert anchoring.ask_for_anchors(AT) and not anchoring.ask_for_anchors(AT + timedelta(seconds=59))
    assert anchoring.ask_for_anchors(AT + timedelta(seconds=61)) and asked == ["ledger.tasks.anchor_checkpoints"] * 2


def test_the_command_asks_the_anchors_and_names_what_is_gone(configured, tmp_path, capsys):
    _append("lot.closed")
    checkpoints.sign_when_old(AT)
    anchoring.anchor_waiting(AT)
    call_command("verify_ledger", anchors=True)
    (tmp_path / "anchors.jsonl").unlink()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", anchors=True)
    assert "anchor media of checkpoint 1" in capsys.readouterr().err
