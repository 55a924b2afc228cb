"""The page on disks as they are: names that are not UTF-8, folders that cannot be read, full disks, taken names."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sealing.client import job as job_module
from sealing.client import places
from sealing.client.desk import Desk
from sealing.client.job import Job
from tests.client.stage import make_stage
from tests.full_disk import full_beyond

CHALLENGE = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
GBK = os.fsdecode("报价".encode("gbk"))
LETTER = {"price": "8900000.00", "price_kind": "total", "duration_days": 300}


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[tuple[Desk, Path]]:
    """A desk at which everything is chosen, and its folder."""
    folder, desk = make_stage("INTL-1").lay(tmp_path), Desk()
    desk.take_package(folder / "package.json")
    desk.take_root(folder / "CA.pem")
    desk.open_key(folder / "bidder.key", passphrase="")
    desk.take_source(folder / "投标文件")
    desk.write_letter(dict(LETTER), {}, with_machine=False)
    yield desk, folder


def test_a_folder_with_a_name_that_is_not_utf8_is_shown_and_that_name_cannot_be_chosen(page, tmp_path) -> None:
    (tmp_path / f"{GBK}.pdf").write_bytes(b"xx")
    (tmp_path / GBK).mkdir()
    (tmp_path / "letter.pdf").write_bytes(b"x")
    shown = {row["name"]: (row["path"], row["folder"]) for row in page.act("browse", path=str(tmp_path))["entries"]}
    replaced = "\ufffd" * 4
    assert shown == {
        replaced: ("", True),
        f"{replaced}.pdf": ("", False),
        "letter.pdf": (str(tmp_path / "letter.pdf"), False),
    }
    status, told = page.post("source", {"path": str(tmp_path)})
    reason = {"check": "archive", "reason": f"the name '{replaced}' is not UTF-8: rename it"}
    assert (status, told["refused"][0]["check"]) == (409, "archive") and told["refused"][0] in (
        reason,
        reason | {"reason": f"the name '{replaced}.pdf' is not UTF-8: rename it"},
    )


def test_a_folder_that_cannot_be_read_is_not_left_out(page, desk, monkeypatch) -> None:
    scan = os.scandir

    def scandir(path):
        if Path(path).name == "attachment":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    status, told = page.post("source", {"path": str(desk / "投标文件")})
    reason = f"{desk / '投标文件' / 'attachment'}: Permission denied"
    assert (status, told["refused"]) == (409, [{"check": "output", "reason": reason}])
    assert page.act("state")["source"] is None


def test_what_no_name_or_passphrase_can_hold_is_refused_in_words(page, desk) -> None:
    assert page.refused("browse", path="~nosuchuser/x") == ["output"]
    assert page.refused("browse", path="/\ud800/x") == ["output"]
    assert page.refused("source", path="/\ud800") == ["output"]
    assert page.refused("package", path="/\ud800") == ["output"]
    assert page.refused("open-key", path=str(desk / "bidder.key"), passphrase="\ud800") == ["output"]
    told = {"folder": str(desk), "organisation": "B-1", "suite": "INTL-1", "passphrase": "long enough words"}
    assert page.refused("make-key", **told, name="\udcb1") == ["output"]
    letter = {"fields": LETTER | {"bidder_name": "\ud800"}, "roles": {}, "with_machine": False}
    assert page.post("letter", letter)[0] in (200, 409), "an answer in any case"


def test_every_challenge_gets_a_request_of_its_own_and_none_is_written_over(page, desk) -> None:
    page.act("open-key", path=str(desk / "bidder.key"), passphrase="correct horse battery")
    files = [Path(page.act("prove", challenge=CHALLENGE, folder=str(desk))["file"]) for _ in range(3)]
    assert len({json.loads(file.read_text())["proof"] for file in files}) == len(set(files)) == 3
    assert [file.name[8:] for file in files] == [".request.json", "-2.request.json", "-3.request.json"]
    assert page.refused("prove", challenge=CHALLENGE, folder=str(desk / "none")) == ["output"]


def test_a_full_disk_leaves_no_half_file_and_the_next_try_succeeds(page, desk) -> None:
    page.act("open-key", path=str(desk / "bidder.key"), passphrase="correct horse battery")
    before = sorted(desk.iterdir())
    told = {"lot": "E1", "bid_digest": "ab" * 32, "folder": str(desk)}
    key = {"folder": str(desk), "name": "new", "organisation": "B-1", "suite": "INTL-1", "passphrase": "1234567890"}
    with full_beyond(100):
        assert page.refused("withdraw-named", **told) == ["output"]
        assert page.refused("prove", challenge=CHALLENGE, folder=str(desk)) == ["output"]
        assert page.refused("make-key", **key) == ["output"]
    assert sorted(desk.iterdir()) == before
    page.act("withdraw-named", **told)
    page.act("make-key", **key)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
    ],
)
def test_a_sealed_file_that_could_not_be_tried_is_taken_away_and_the_next_try_is_free(
    ready, monkeypatch, error, reason
) -> None:
    desk, folder = ready
    before = sorted(folder.iterdir())

    def fails(*_, **__):
        raise error

    with monkeypatch.context() as full:
        full.setattr(job_module, "open_bid", fails)
        job = Job(desk, folder / "a.bid")
        job.wait()
        assert job.told()["reasons"] == [{"check": "output", "reason": reason}]
    assert sorted(folder.iterdir()) == before
    again = Job(desk, folder / "a.bid")
    again.wait()
    assert again.told()["state"] == "done"


def test_a_name_that_was_taken_while_the_bid_was_sealed_is_not_written_over_nor_taken_away(ready, monkeypatch) -> None:
    desk, folder = ready
    went = Job._went

    def take(self, done, count, **told):
        (folder / "a.bid").write_bytes(b"somebody else's")
        went(self, done, count, **told)

    monkeypatch.setattr(Job, "_went", take)
    job = Job(desk, folder / "a.bid")
    job.wait()
    assert job.told()["reasons"] == [{"check": "output", "reason": "a.bid exists already"}]
    assert (folder / "a.bid").read_bytes() == b"somebody else's"


def test_a_program_that_ends_while_a_bid_is_tried_leaves_nothing_of_it(ready, monkeypatch) -> None:
    desk, folder = ready
    before, went = sorted(folder.iterdir()), Job._went

    def stopped(self, done, count, **told):
        if not told:  # it is being opened
            self._stopping.set()
        went(self, done, count, **told)

    monkeypatch.setattr(Job, "_went", stopped)
    job = Job(desk, folder / "a.bid")
    job.stop()
    assert job.told()["state"] == "refused" and not job.running
    assert sorted(folder.iterdir()) == before


def test_every_entry_without_a_path_is_a_folder_or_file_that_has_a_name(tmp_path) -> None:
    (tmp_path / GBK).write_bytes(b"")
    rows = places.listing(str(tmp_path))["entries"]
    assert [(row["name"], row["path"], row["size"]) for row in rows] == [("\ufffd" * 4, "", 0)]
