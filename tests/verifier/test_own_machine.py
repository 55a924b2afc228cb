"""The reader's own machine and command line: neither is ever told as a fault of the bundle, nor lets one pass."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.full_disk import full_beyond
from tests.verifier.forge import Forgery
from tests.verifier.test_tamperings import failing
from tests.verifier.test_verifier import ROOT
from verifier import machine, table
from verifier.__main__ import main

MACHINE = [OSError(number, os.strerror(number)) for number in sorted(machine.OF_THE_MACHINE)]
BUNDLE = [OSError(number, os.strerror(number)) for number in (errno.EACCES, errno.ENAMETOOLONG, errno.EINVAL)]


def raising(monkeypatch, name, error):
    """Let one check meet an error."""

    def meets(_argument):
        raise error

    for checks in ("OF_THE_FILE", "OF_THE_LOT"):
        changed = tuple(replace(one, run=meets) if one.name == name else one for one in getattr(table, checks))
        monkeypatch.setattr(table, checks, changed)


def ran(bundle, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "verifier", str(bundle), *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_gives_no_verdict(exported, capsys, options):
    with full_beyond(1000):
        status = main([str(exported.full), *options])
    told = capsys.readouterr()
    assert status == 2
    assert "no verdict" in told.err and "File too large" in told.err
    assert "failed" not in told.out and "PASSED" not in told.out and bool(told.out) is not bool(options)


def test_no_folder_for_temporary_files_gives_no_verdict(exported, monkeypatch, capsys):
    def none(**_options):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(machine, "TemporaryDirectory", none)
    assert main([str(exported.full)]) == 2
    assert "No usable temporary directory" in capsys.readouterr().err


@pytest.mark.parametrize("error", [*MACHINE, RuntimeError("can't start new thread")], ids=str)
def test_what_only_the_machine_can_cause_gives_no_verdict(exported, monkeypatch, capsys, error):
    raising(monkeypatch, "ballots", error)
    assert main([str(exported.full)]) == 2
    assert str(error) in capsys.readouterr().err


@pytest.mark.parametrize("error", [*BUNDLE, RuntimeError("other"), RecursionError("deep")], ids=str)
def test_what_a_bundle_can_cause_stays_a_finding(exported, monkeypatch, capsys, error):
    raising(monkeypatch, "ballots", error)
    assert failing(capsys, exported.full)[0] == {"ballots"}


def test_memory_that_runs_out_gives_no_verdict(exported, monkeypatch, capsys):
    raising(monkeypatch, "ballots", MemoryError())
    monkeypatch.setattr(machine, "_has_memory", lambda: False)
    assert main([str(exported.full)]) == 2
    assert "MemoryError; no verdict" in capsys.readouterr().err


def test_more_memory_than_any_sound_bundle_needs_is_the_bundles_own_claim(exported, monkeypatch, capsys):
    def claims(_case):
        bytes(1 << 62)

    checks = tuple(replace(one, run=claims) if one.name == "ballots" else one for one in table.OF_THE_LOT)
    monkeypatch.setattr(table, "OF_THE_LOT", checks)
    assert failing(capsys, exported.full)[0] == {"ballots"}


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_check_that_failed_before_the_machine_did_stays_failed(exported, tmp_path, monkeypatch, capsys, options):
    """Or a bundle that is large enough for a small disk would have its flaws told as nobody's."""
    bundle = Forgery.of(exported.full, exported.platform)
    path = bundle.write(tmp_path / "forged.zip", signed=False)
    path.write_bytes(path.read_bytes() + b"more")
    raising(monkeypatch, "form", OSError(errno.ENOSPC, "No space left on device"))
    raising(monkeypatch, "members", OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr(table, "_unsound", lambda finding: False)
    assert main([str(path), *options]) == 1
    told = capsys.readouterr()
    assert "the others were not judged" in told.err
    assert json.loads(told.out)["failed"] == ["archive"] if options else "FAILED: archive" in told.out


def test_a_terminal_without_the_characters_gets_them_escaped(exported):
    plain, coded = ran(exported.full, PYTHONIOENCODING="ascii"), ran(exported.full, "--json", PYTHONIOENCODING="latin1")
    assert (plain.returncode, coded.returncode) == (0, 0), plain.stderr
    assert b"PASSED" in plain.stdout and plain.stdout.isascii()
    assert json.loads(coded.stdout)["verdict"] == "passed"


@pytest.mark.parametrize(
    ("option", "content"),
    [
        ("--tsa-root", b'{"a tender": 1}'),
        ("--tsa-root", b""),
        ("--tsa-root", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("--trust", b"\x30\x03\x02\x01\x00"),
        ("--checkpoint", b"no checkpoint"),
        ("--checkpoint", b"\xff\n3\n"),
        ("--receipt", b"[" * 5000),
        ("--witness", b""),
        ("--log-key", b"\n"),
        ("--log-key", b"\xff"),
    ],
)
def test_a_file_brought_that_is_another_thing_is_wrong_usage_and_named(exported, tmp_path, capsys, option, content):
    (tmp_path / "brought").write_bytes(content)
    assert main([str(exported.full), option, str(tmp_path / "brought")]) == 2
    told = capsys.readouterr()
    assert not told.out and (str(tmp_path / "brought") in told.err or option in told.err)


@pytest.mark.parametrize("option", ["--witness", "--log-key"])
def test_an_empty_key_is_refused_since_its_reader_would_believe_it_pinned(exported, capsys, option):
    assert main([str(exported.full), f"{option}="]) == 2
    assert option in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--trust", "--tsa-root", "--receipt", "--checkpoint", "--log-key", "--witness"])
def test_a_file_brought_that_never_ends_is_read_to_the_limit_only(exported, tmp_path, capsys, option):
    (tmp_path / "endless").symlink_to("/dev/zero")
    assert main([str(exported.full), option, str(tmp_path / "endless")]) == 2
    assert capsys.readouterr().err
