"""Backup and restore: everything comes back as it was, and a single changed byte is named."""

import shutil

import pytest
from django.core.management import call_command
from django.db import transaction

import ledger
from identity.actor import SYSTEM
from identity.models import Person
from ledger.models import Entry
from ledger.verify import verify
from runtime.backup import MANIFEST, NOTE, BackupRefused, back_up, check, restore
from tests.runtime.conftest import AT, empty_database, settle


def test_everything_comes_back_and_is_proven(installation, settings, tmp_path, capsys):
    before, people = ledger.head(), Person.objects.count()
    with empty_database(tmp_path):
        settle(settings, tmp_path / "second")
        call_command("restore", tmp_path / "saved", secrets=installation / "secrets")
        assert "restored and proven" in capsys.readouterr().out
        assert ledger.head() == before and verify().faults == ()
        assert Person.objects.count() == people > 0
        for name in ("documents", "sealed", "opened"):
            files = {path.relative_to(installation): path.read_bytes() for path in (installation / name).rglob("*.*d*")}
            found = {
                path.relative_to(tmp_path / "second"): path.read_bytes()
                for path in (tmp_path / "second" / name).rglob("*.*d*")
            }
            assert found == {path: data for path, data in files.items() if not path.name.startswith(".")}
        with transaction.atomic():  # the log goes on under its name, and sequences go on after the restored rows
            entry = ledger.append("lot.announced", lot="L1", at=AT, payload={}, actor=SYSTEM)
        assert entry.index == before["size"] and verify().faults == ()
        with pytest.raises(BackupRefused) as refused:
            restore(tmp_path / "saved", secrets=installation / "secrets")
        assert len(refused.value.reasons) == 4  # database and three folders are not empty
    assert not list((tmp_path / "saved").rglob("*secret*")) and not list((tmp_path / "saved").rglob("*.part"))


def test_every_changed_byte_is_named(installation, tmp_path):
    saved = tmp_path / "saved"
    files = sorted(path for path in saved.glob("*/**/*") if path.is_file())
    for path in files:
        kept = path.read_bytes()
        for place in {0, len(kept) // 2, len(kept) - 1} if kept else ():
            path.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
            with pytest.raises(BackupRefused) as refused:
                check(saved)
            assert refused.value.reasons == [f"changed: {path.relative_to(saved).as_posix()}"]
        path.write_bytes(kept)
    assert len(files) >= 4 and check(saved).files


def test_what_is_missing_or_foreign_is_named(installation, tmp_path, capsys):
    saved = tmp_path / "saved"
    bid = next((saved / "sealed").rglob("*.bid"))
    bid.rename(bid.with_name("other.bid"))
    with pytest.raises(SystemExit) as stopped:
        call_command("restore", saved, check=True)
    told = capsys.readouterr().err.split("\n")
    assert stopped.value.code == 1
    assert told[:2] == [f"missing: sealed/L1/{'cd' * 32}.bid", "not in the manifest: sealed/L1/other.bid"]


@pytest.mark.parametrize("name", [MANIFEST, NOTE])
def test_a_changed_manifest_is_noticed(installation, tmp_path, name):
    path = tmp_path / "saved" / name
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupRefused):
            check(tmp_path / "saved")
    path.write_bytes(whole)
    check(tmp_path / "saved")


def test_without_the_logs_key_nothing_is_restored(installation, settings, tmp_path):
    with empty_database(tmp_path):
        settle(settings, tmp_path / "second")
        with pytest.raises(BackupRefused, match="log's key is missing"):
            restore(tmp_path / "saved")


def test_another_logs_key_refuses_the_backup(installation, settings, tmp_path):
    with empty_database(tmp_path):
        settle(settings, tmp_path / "second")
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "log-key").write_bytes(bytes(range(32)))
        with pytest.raises(BackupRefused, match="not one signed by this log"):
            restore(tmp_path / "saved", secrets=tmp_path / "keys")
        assert not (tmp_path / "second" / "sealed").exists()


def test_a_folder_that_exists_is_not_written_over(installation, tmp_path):
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(tmp_path / "saved", at=AT)


def test_it_is_taken_while_somebody_writes(installation, tmp_path):
    """What is appended after the copy began is in the next one; the copy itself is whole."""
    with transaction.atomic():
        ledger.append("lot.announced", lot="L1", at=AT, payload={})
    back_up(tmp_path / "later", at=AT)
    assert check(tmp_path / "later").head != check(tmp_path / "saved").head
    assert Entry.objects.count() == ledger.head()["size"]
    shutil.rmtree(tmp_path / "later")
