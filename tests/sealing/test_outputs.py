"""What the commands write: never in the place of something else, secret where it must be, whole or not at all."""

import errno
import json
import os
from pathlib import Path

import pytest

from sealing.__main__ import main
from sealing.canonical import Json
from sealing.keys import load_keys, make_keys, write_keys, write_new_keys
from sealing.policy import Group
from sealing.seal import Contents, seal_bid
from sealing.writing import OPEN, write_new
from suites import Refused
from tests.full_disk import full_beyond
from tests.sealing.stage import plain_tender

CHALLENGE = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
PARAMETERS: dict[str, Json] = {
    "v": 1,
    "tender": "T-1",
    "lot": "T-1-001",
    "envelopes": ["whole"],
    "suite": "INTL-1",
    "deadline": "2030-01-01T00:00:00Z",
    "document_hash": "ab" * 32,
    "amendment": 0,
    "policy": "bidder",
    "custodians": [],
    "threshold": 0,
}
COMMANDS = {
    "keygen": ("keygen",),
    "prove": ("prove", "--key", "me.key", "--challenge", CHALLENGE),
    "sign": ("sign", "--key", "me.key", "PARAMETERS.json"),
    "release": ("release", "--key", "me.key", "a.bid"),
    "withdraw": ("withdraw", "--key", "me.key", "--lot", "L-1", "--digest", "ab" * 32),
}
SEAL = ("seal", "--tender", "TENDER.json", "--sign", "me.key", "in")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a key, a tender, something to seal, and a sealed bid; commands run in it."""
    monkeypatch.chdir(tmp_path)
    own = make_keys("INTL-1", "BIDDER-1")
    write_new_keys(own, tmp_path / "me.key")
    tender = {
        "tender": "T-1",
        "lot": "L-1",
        "envelope": "whole",
        "bidder": "BIDDER-1",
        "document_hash": "ab" * 32,
        "sequence": 1,
        "deadline": "2030-01-01T00:00:00Z",
        "suite": "INTL-1",
        "policy": {"join": "any", "groups": [{"name": "bidder", "threshold": 1, "recipients": [own.kid]}]},
        "recipients": [own.public.body()],
    }
    (tmp_path / "TENDER.json").write_text(json.dumps(tender))
    (tmp_path / "PARAMETERS.json").write_text(json.dumps({"body": PARAMETERS}))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "letter.txt").write_text("We offer.\n")
    assert main([*SEAL, "a.bid"]) == 0
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("taken", ["me.key", "a.bid"])
@pytest.mark.parametrize("command", [*COMMANDS, "seal"])
def test_no_command_writes_over_a_file_least_of_all_over_a_key(
    desk: Path, command: str, taken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if command == "keygen":
        taken = "me.key"
    before, held = (desk / taken).read_bytes(), names(desk)
    told = [*SEAL, taken] if command == "seal" else [*COMMANDS[command], "--out", taken]
    assert main(told) == 1
    assert capsys.readouterr().err.startswith(f"output: {taken} ")
    assert ((desk / taken).read_bytes(), names(desk)) == (before, held)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_has_its_name_once_whole_and_leaves_no_part(desk: Path, command: str) -> None:
    held = names(desk)
    assert main([*COMMANDS[command], "--out", "new.key"]) == 0
    assert names(desk) - held == ({"new.key", "new.pub"} if command == "keygen" else {"new.key"})
    secret = command in ("keygen", "release", "withdraw")
    mask = os.umask(0)
    os.umask(mask)
    assert (desk / "new.key").stat().st_mode & 0o777 == (0o600 if secret else 0o666 & ~mask)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_leaves_nothing_and_the_next_try_succeeds(
    desk: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    held = names(desk)
    with full_beyond(100):
        assert main([*COMMANDS[command], "--out", "new.key"]) == 1
    assert "file: File too large" in capsys.readouterr().err
    assert names(desk) == held
    assert main([*COMMANDS[command], "--out", "new.key"]) == 0


def test_a_key_is_not_left_without_its_public_half(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = names(desk)

    def full_after_the_key(path: Path, data: bytes, *, mode: int = 0o600) -> None:
        if path.suffix == ".pub":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_new(path, data, mode=mode)

    monkeypatch.setattr("sealing.keys.write_new", full_after_the_key)
    assert main(["keygen", "--out", "new.key"]) == 1
    assert names(desk) == held


def test_a_certificate_that_the_full_disk_does_not_take_leaves_key_and_pub_as_they_were(tmp_path: Path) -> None:
    keys = make_keys("INTL-1", "BIDDER-1")
    write_new_keys(keys, tmp_path / "me.key")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with full_beyond(100), pytest.raises(OSError, match="too large"):
        write_keys(keys, tmp_path / "me.key", passphrase="words")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    write_keys(keys, tmp_path / "me.key", passphrase="words")
    assert load_keys(tmp_path / "me.key", passphrase="words") == keys
    assert names(tmp_path) == {"me.key", "me.pub"}


def test_a_certificate_is_adopted_into_a_key_file_only(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (desk / "me.pub").read_bytes()
    with pytest.raises(SystemExit) as usage:
        main(["adopt", "--key", "me.pub", "--pub", "me.pub"])
    assert usage.value.code == 2 and "a key file is called NAME.key" in capsys.readouterr().err
    assert (desk / "me.pub").read_bytes() == before
    assert main(["adopt", "--key", "me.key", "--pub", "me.pub"]) == 0


def test_a_name_that_is_taken_while_a_bid_is_sealed_stays_with_who_took_it(desk: Path) -> None:
    keys, out = load_keys(desk / "me.key"), desk / "b.bid"
    tender = plain_tender(keys, "bidder", (Group("bidder", 1, (keys.kid,)),))

    def take(done: int, count: int) -> None:
        out.write_bytes(b"somebody else's")

    with pytest.raises(Refused, match=r"b\.bid exists already"):
        seal_bid(tender, Contents(desk / "in"), out, signer=keys, progress=take, replace=False)
    assert out.read_bytes() == b"somebody else's"
    assert not list(desk.glob("*.part"))
    seal_bid(tender, Contents(desk / "in"), out, signer=keys)
    assert out.stat().st_size > 1000, "who says nothing about it replaces, as the library always did"


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick with a file system that knows no hard links."""

    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.usefixtures("no_links")
def test_where_there_are_no_hard_links_a_file_is_written_once_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_new(path, b"one")
    with pytest.raises(Refused, match="exists already"):
        write_new(path, b"two")
    assert (path.read_bytes(), names(tmp_path)) == (b"one", {"x.json"})
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("no_links")
def test_where_there_are_no_hard_links_a_name_taken_meanwhile_is_kept_and_a_failure_frees_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"one")
    with monkeypatch.context() as late:
        late.setattr("sealing.writing.refuse_existing", lambda _: None)
        with pytest.raises(Refused, match="exists already"):
            write_new(path, b"two")
    assert path.read_bytes() == b"one"

    def pulled_out(self: Path, target: Path) -> Path:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", pulled_out)
    with pytest.raises(OSError, match="Input/output"):
        write_new(tmp_path / "y.json", b"two", mode=OPEN)
    assert names(tmp_path) == {"x.json"}


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x.json").symlink_to("elsewhere.json")
    with pytest.raises(Refused, match="exists already"):
        write_new(tmp_path / "x.json", b"one")
    assert names(tmp_path) == {"x.json"}
