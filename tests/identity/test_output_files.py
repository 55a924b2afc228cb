"""What cannot be had twice finds its file before the work is done, and no command writes over another's file."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from identity import ca_files, demo_ca, queries
from identity.models import Certificate, Custodian
from sealing.keys import make_keys, write_keys
from suites.revocation import crls_from_pem

OWN = b"somebody's own key"


@pytest.fixture
def pub(cast, settings, tmp_path):
    """A key of the centre, not yet certified, beside a root of the installation."""
    settings.CA_HOME = tmp_path / "ca"
    call_command("ca", "init")
    write_keys(make_keys("INTL-1", cast.centre.organisation.uscc), tmp_path / "centre.key")
    return tmp_path / "centre.pub"


def register(pub, token: Path, name="centre"):
    call_command("register_custodian", "--name", name, "--pub", str(pub), "--token-file", str(token))


def refuses(*words, match):
    with pytest.raises(CommandError, match=match):
        call_command(*map(str, words))


def full_disk(monkeypatch):
    def fsync(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ca_files.os, "fsync", fsync)


def test_where_the_token_cannot_be_written_nothing_is_registered_and_a_second_run_succeeds(pub, tmp_path, capsys):
    with pytest.raises(CommandError, match="No such file or directory"):
        register(pub, tmp_path / "nowhere" / "token")
    (tmp_path / "taken").write_bytes(OWN)
    with pytest.raises(CommandError, match="File exists"):
        register(pub, tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == OWN
    assert not Custodian.objects.exists() and not Certificate.objects.exists()
    register(pub, tmp_path / "token")
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    token = (tmp_path / "token").read_text()
    assert queries.custodian_of_token(token.strip()) == Custodian.objects.get() and token.endswith("\n")
    assert token.strip() not in capsys.readouterr().out


def test_a_refused_registration_leaves_no_token_file(pub, tmp_path):
    with pytest.raises(CommandError):
        register(pub, tmp_path / "token", name="NOT A NAME")
    assert not (tmp_path / "token").exists()


def test_a_token_that_the_disk_does_not_take_is_said_instead_of_lost(pub, tmp_path, monkeypatch, capsys):
    full_disk(monkeypatch)
    with pytest.raises(CommandError, match="No space left"):
        register(pub, tmp_path / "token")
    said = capsys.readouterr().err.split()
    assert queries.custodian_of_token(said[-1]) == Custodian.objects.get()
    assert not (tmp_path / "token").exists()


def test_where_the_result_cannot_be_written_nothing_is_certified(pub, tmp_path):
    refuses("ca", "issue", "--pub", pub, "--out", tmp_path / "nowhere" / "x.pub", match="No such file")
    refuses("ca", "issue", "--pub", pub, "--out", tmp_path / "centre.key", match="File exists")
    assert not Certificate.objects.exists()
    call_command("ca", "issue", "--pub", str(pub), "--out", str(tmp_path / "certified.pub"))
    assert json.loads((tmp_path / "certified.pub").read_text()) == Certificate.objects.get().pub


def test_a_refused_key_leaves_no_file(pub, tmp_path):
    pub.write_text("[1, 2]")
    refuses("ca", "issue", "--pub", pub, "--out", tmp_path / "certified.pub", match=r"\w")
    assert not (tmp_path / "certified.pub").exists()


def test_what_was_certified_and_the_disk_does_not_take_is_said(pub, tmp_path, monkeypatch):
    full_disk(monkeypatch)
    with pytest.raises(CommandError, match="said here") as told:
        call_command("ca", "issue", "--pub", str(pub), "--out", str(tmp_path / "certified.pub"))
    assert json.loads(str(told.value).split("said here:\n")[1]) == Certificate.objects.get().pub


@pytest.mark.parametrize("depth", [40, 500, 990, 100_000])
def test_a_deeply_nested_pub_is_refused_in_words(pub, depth):
    pub.write_text("[" * depth + "]" * depth)
    refuses("ca", "issue", "--pub", pub, match=r"\w")
    pub.write_text('{"a":' * depth + "1" + "}" * depth)
    refuses("ca", "issue", "--pub", pub, match=r"\w")


def test_no_key_is_written_over_by_a_root_or_a_revocation_list(pub, tmp_path):
    key = tmp_path / "centre.key"
    kept = key.read_bytes()
    refuses("ca", "show", "--export", key, match="File exists")
    refuses("ca", "crl", "--out", key, match="not written over")
    assert key.read_bytes() == kept


@pytest.mark.parametrize("before", [b"", OWN, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_list_takes_the_place_of_lists_only(pub, tmp_path, before):
    (tmp_path / "list.pem").write_bytes(before)
    refuses("ca", "crl", "--out", tmp_path / "list.pem", match="not written over")
    assert (tmp_path / "list.pem").read_bytes() == before


def test_a_key_beside_a_list_in_one_file_is_kept(pub, tmp_path):
    target = tmp_path / "list.pem"
    call_command("ca", "crl", "--out", str(target))
    target.write_bytes(target.read_bytes() + b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    refuses("ca", "crl", "--out", target, match="not written over")
    assert b"PRIVATE KEY" in target.read_bytes()


def test_a_list_published_again_replaces_the_last_one_whole_behind_its_link_for_the_same_readers(pub, tmp_path):
    target, link = tmp_path / "www" / "list.pem", tmp_path / "link.pem"
    target.parent.mkdir()
    link.symlink_to(target)
    call_command("ca", "crl", "--out", str(target))
    target.chmod(0o644)
    call_command("ca", "revoke", _issued(tmp_path), "--reason", "遗失")
    before = target.read_bytes()
    call_command("ca", "crl", "--out", str(link))
    assert link.is_symlink() and target.read_bytes() != before and len(crls_from_pem(target.read_bytes())) == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o644 and list(target.parent.iterdir()) == [target]


def _issued(folder):
    call_command("ca", "issue", "--pub", str(folder / "centre.pub"), "--out", str(folder / "certified.pub"))
    assert demo_ca.existing("INTL-1") is not None
    return Certificate.objects.get().kid
