"""Backups of others, broken ones and full disks: told in words, and nothing is left in the way of the right one."""

import json
import shutil

import pytest
from django.core.management import CommandError, call_command

import ledger
from ledger.verify import verify
from runtime import backup, database_copies
from runtime.backup import MANIFEST, BackupRefused, back_up, check, restore
from tests.full_disk import full_beyond
from tests.runtime.conftest import AT, empty_database, settle

OTHER_KEY = bytes(range(32))


@pytest.fixture
def second(installation, settings, tmp_path):
    """An empty installation, and secrets of a third one under `keys`."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "log-key").write_bytes(OTHER_KEY)
    (tmp_path / "keys" / "receipt-key").write_bytes(b"of another installation")
    with empty_database(tmp_path):
        settle(settings, tmp_path / "second")
        yield tmp_path / "second"


def test_secrets_of_another_installation_are_not_taken_and_the_right_ones_succeed_afterwards(
    second,
    installation,
    tmp_path,
    capsys,
):
    with pytest.raises(SystemExit):
        call_command("restore", tmp_path / "saved", secrets=tmp_path / "keys")
    told = capsys.readouterr().err
    assert "not one signed by this log" in told and str(tmp_path / "keys" / "log-key") in told
    assert not (second / "secrets").exists()
    restore(tmp_path / "saved", secrets=installation / "secrets")
    assert verify().faults == ()
    assert (second / "secrets" / "log-key").read_bytes() == (installation / "secrets" / "log-key").read_bytes()


@pytest.mark.parametrize("name", ["log-key", "receipt-key"])
def test_another_secret_in_the_place_of_a_right_one_is_named_with_which_to_remove(
    second,
    installation,
    tmp_path,
    name,
):
    given = installation / "secrets"
    (given / "receipt-key").write_bytes(b"of this installation")
    (second / "secrets").mkdir(parents=True)
    shutil.copy(tmp_path / "keys" / name, second / "secrets" / name)
    with pytest.raises(BackupRefused) as refused:
        restore(tmp_path / "saved", secrets=given)
    (told,) = refused.value.reasons
    assert str(given / name) in told and told.endswith(f"remove {second / 'secrets' / name}")
    assert not (second / "sealed").exists() and len(list((second / "secrets").iterdir())) == 1
    (second / "secrets" / name).unlink()
    restore(tmp_path / "saved", secrets=given)


def test_what_an_installation_makes_at_its_start_does_not_stand_in_the_way(second, installation, tmp_path):
    (installation / "secrets" / "django").write_text("of the first")
    (second / "secrets").mkdir(parents=True)
    (second / "secrets" / "django").write_text("made by this very command")
    restore(tmp_path / "saved", secrets=installation / "secrets")
    assert (second / "secrets" / "django").read_text() == "made by this very command"


def test_a_log_key_that_is_none_is_named(second, tmp_path):
    (tmp_path / "keys" / "log-key").write_bytes(b"short")
    with pytest.raises(BackupRefused, match="keys/log-key is no log key"):
        restore(tmp_path / "saved", secrets=tmp_path / "keys")


@pytest.mark.parametrize(
    "manifest",
    [b"[" * 100_000 + b"]" * 100_000, b'{"files":' * 5_000, b'{"files": {"a": [Infinity, ""]}}', b"7", b"\xff", b""],
)
@pytest.mark.parametrize("only_check", [True, False])
def test_what_is_no_manifest_is_refused(second, installation, tmp_path, capsys, manifest, only_check):
    (tmp_path / "saved" / MANIFEST).write_bytes(manifest)
    with pytest.raises(SystemExit):
        call_command("restore", tmp_path / "saved", secrets=installation / "secrets", check=only_check)
    assert capsys.readouterr().err.startswith("the manifest is not one signed by this log")


def test_infinity_in_an_otherwise_whole_manifest_is_refused(installation, tmp_path):
    told = json.loads((tmp_path / "saved" / MANIFEST).read_bytes())
    told["files"] = {name: [float("inf"), digest] for name, (_size, digest) in told["files"].items()}
    (tmp_path / "saved" / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(BackupRefused, match="the manifest is not one"):
        check(tmp_path / "saved")


@pytest.mark.parametrize("room", [5_000, 2_000_000], ids=["for no database", "for no document"])
def test_a_full_disk_is_told_and_leaves_nothing_half_saved(installation, tmp_path, room):
    (installation / "documents" / ("ee" * 32)).write_bytes(bytes(3_000_000))
    with full_beyond(room), pytest.raises(CommandError, match=r"cannot be copied|File too large"):
        call_command("backup", out=tmp_path / "later")
    assert not [path for path in tmp_path.iterdir() if "later" in path.name]
    back_up(tmp_path / "later", at=AT)
    assert check(tmp_path / "later").files


def test_hidden_files_and_whatever_is_in_hidden_folders_is_not_saved(installation, tmp_path):
    """They are still being written, or are being removed."""
    whole = installation / "opened" / "L1" / ("cd" * 32) / "annex" / "plan.pdf"
    hidden = installation / "opened" / "L1" / f".{'ef' * 32}.x1" / "annex" / "plan.pdf"
    for path in (whole, hidden, whole.with_name(".plan.part")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-")
    saved = back_up(tmp_path / "later", at=AT)
    assert whole.relative_to(installation).as_posix() in saved.files
    assert not [name for name in saved.files if "/." in name]


def test_every_file_is_back_before_the_database_names_it(second, installation, tmp_path, monkeypatch):
    """Whoever works on the restored rows at once must find what they name."""
    bring_back, found = database_copies.bring_back, []

    def watched(folder):
        found.extend(path.name for path in (second / "sealed").rglob("*.bid"))
        bring_back(folder)

    monkeypatch.setattr(backup.database_copies, "bring_back", watched)
    restore(tmp_path / "saved", secrets=installation / "secrets")
    assert found == [f"{'cd' * 32}.bid"]
    assert ledger.head()["size"] > 0
