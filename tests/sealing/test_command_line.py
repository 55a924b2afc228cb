"""`python -m sealing` as a person runs it: files in, files out, exit status, reasons."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from suites.certificates import to_pem
from tests.vectors.make_vectors import Cast

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sealing", *map(str, arguments)],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys, a tender, something to seal, and the sealed bid."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("bidder", "c1", "c2", "c3"):
        assert run("keygen", "--out", f"{name}.key", cwd=folder).returncode == 0
    pubs = {name: json.loads((folder / f"{name}.pub").read_text()) for name in ("bidder", "c1", "c2", "c3")}
    custodians = [pubs[name]["kid"] for name in ("c1", "c2", "c3")]
    groups = [
        {"name": "bidder", "threshold": 1, "recipients": [pubs["bidder"]["kid"]]},
        {"name": "custodians", "threshold": 2, "recipients": custodians},
    ]
    tender = {
        "tender": "T-1",
        "lot": "L-1",
        "envelope": "whole",
        "bidder": "bidder",
        "document_hash": "ab" * 32,
        "sequence": 1,
        "deadline": "2030-01-01T00:00:00Z",
        "suite": "INTL-1",
        "policy": {"join": "any", "groups": groups},
        "recipients": list(pubs.values()),
    }
    (folder / "TENDER.json").write_text(json.dumps(tender, indent=1))
    (folder / "in").mkdir()
    (folder / "in" / "letter.txt").write_text("We offer.\n")
    (folder / "FIELDS.json").write_text('{"price": "12.50", "price_kind": "total", "roles": {"letter.txt": "letter"}}')
    sealed = run(
        "seal",
        "--tender",
        "TENDER.json",
        "--sign",
        "bidder.key",
        "--manifest",
        "FIELDS.json",
        "in",
        "a.bid",
        cwd=folder,
    )
    assert sealed.returncode == 0, sealed.stderr
    assert "recipients not verified" in sealed.stderr
    assert all(kid in sealed.stderr for kid in custodians)
    return folder


def test_key_files_are_private(desk: Path) -> None:
    assert (desk / "bidder.key").stat().st_mode & 0o777 == 0o600


def test_inspect_answers_with_one_object(desk: Path) -> None:
    done = run("inspect", "a.bid", "--json", cwd=desk)
    assert done.returncode == 0
    assert json.loads(done.stdout)["binding"]["policy"] == "bidder-or-custodians"
    assert "signer not verified" in done.stderr


def test_two_custodians_open_and_one_does_not(desk: Path) -> None:
    for name in ("c1", "c3"):
        assert run("release", "--key", f"{name}.key", "a.bid", "--out", f"{name}.share", cwd=desk).returncode == 0
    alone = run("open", "a.bid", "--share", "c1.share", "--out", "alone", "--json", cwd=desk)
    assert alone.returncode == 1
    assert [row["check"] for row in json.loads(alone.stdout)["refused"]] == ["threshold"]
    assert not (desk / "alone").exists()
    both = run("open", "a.bid", "--share", "c1.share", "--share", "c3.share", "--out", "both", cwd=desk)
    assert both.returncode == 0
    assert (desk / "both" / "letter.txt").read_text() == "We offer.\n"
    manifest = json.loads((desk / "both" / "manifest.json").read_text())
    assert manifest["fields"] == {"price": "12.50", "price_kind": "total"}
    assert manifest["files"][0]["role"] == "letter"


def test_a_pinned_root_refuses_self_signed_recipients_before_anything_is_written(desk: Path) -> None:
    (desk / "CA.pem").write_bytes(to_pem(Cast().root))
    done = run(
        "seal",
        "--tender",
        "TENDER.json",
        "--sign",
        "bidder.key",
        "--trust",
        "CA.pem",
        "in",
        "b.bid",
        "--json",
        cwd=desk,
    )
    assert done.returncode == 1
    assert {row["check"] for row in json.loads(done.stdout)["refused"]} == {"recipients", "key", "parameters"}
    assert not list(desk.glob("b.bid*"))


def test_wrong_usage_is_two_and_a_broken_file_is_one(desk: Path) -> None:
    assert run("inspect", "no-such.bid", cwd=desk).returncode == 2
    assert run("frobnicate", cwd=desk).returncode == 2
    (desk / "junk.bid").write_bytes(b"junk")
    junk = run("inspect", "junk.bid", "--json", cwd=desk)
    assert junk.returncode == 1
    assert json.loads(junk.stdout)["refused"][0]["check"] == "magic"


def test_a_passphrase_protects_the_key(desk: Path) -> None:
    (desk / "pass").write_text("秘密 phrase\n")
    (desk / "wrong").write_text("other\n")
    made = run("keygen", "--out", "locked.key", "--passphrase-file", "pass", cwd=desk)
    assert made.returncode == 0, made.stderr
    assert "secret" not in json.loads((desk / "locked.key").read_text())
    arguments = ("release", "--key", "locked.key", "a.bid", "--out", "x.share")
    refused = run(*arguments, "--passphrase-file", "wrong", cwd=desk)
    assert refused.stderr.startswith("key:")
    opened = run(*arguments, "--passphrase-file", "pass", cwd=desk)
    assert opened.stderr.startswith("recipient:"), "the key opens, but the bid is not sealed to it"


def test_the_command_line_leaves_django_alone() -> None:
    code = (
        "import sys, sealing.__main__, sealing.release_rule, sealing.releases, suites; suites.self_test();"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_what_the_machine_refuses_is_said_without_a_traceback(desk: Path) -> None:
    """A folder that is not there stands for every disk that does not take the file."""
    seal = ("seal", "--tender", "TENDER.json", "--sign", "bidder.key", "in", "nowhere/BID.bid")
    said = run(*seal, cwd=desk)
    assert said.returncode == 1
    assert said.stderr.splitlines()[1:] == ["file: nowhere/BID.bid: No such file or directory"]
    assert json.loads(run(*seal, "--json", cwd=desk).stdout)["refused"][0]["check"] == "file"
