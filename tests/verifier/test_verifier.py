"""The verifier on an honest lot: it passes, says what it pinned, and needs nothing of the installation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from suites.certificates import to_pem
from tests.verifier.forge import Forgery
from tests.verifier.tampering import TABLE, another_root
from tests.verifier.test_tamperings import failing
from verifier.__main__ import main
from verifier.table import CHECKS

ROOT = Path(__file__).resolve().parents[2]
NOT_APPLICABLE = {"admitted", "ballots"}  # the lot has one envelope


def outcomes(told):
    return {row["name"]: row["outcome"] for row in told["checks"]}


@pytest.fixture
def pins(exported, tmp_path):
    """What a careful reader brings along: the log's key, the root, a saved checkpoint, the own receipt."""
    (tmp_path / "root.pem").write_bytes(to_pem(exported.root))
    (tmp_path / "receipt.json").write_text(json.dumps(exported.receipt))
    (tmp_path / "checkpoint").write_text(Forgery.of(exported.full, exported.platform).checkpoints[0]["note"])
    files = {"--trust": "root.pem", "--receipt": "receipt.json", "--checkpoint": "checkpoint"}
    return [
        "--log-key",
        exported.log_key,
        "--witness",
        exported.witness,
        *(str(x) for name, f in files.items() for x in (name, tmp_path / f)),
    ]


def test_an_honest_lot_passes_every_check(exported, pins, capsys):
    found, told = failing(capsys, exported.attested, *pins)
    assert found == set() and told["verdict"] == "passed" and told["log_key_pinned"] and told["root_pinned"]
    skipped = {name for name, outcome in outcomes(told).items() if outcome == "not applicable"}
    assert skipped <= NOT_APPLICABLE
    assert [row["name"] for row in told["checks"]] == [check.name for check in CHECKS]
    details = {row["name"]: row["detail"] for row in told["checks"]}
    assert details["closing_set"] == "7 bids, 5 in force at the deadline"
    assert details["opened_bids"] == "4 bids opened again, prices as read out"
    assert details["unopened_bids"] == "1 bids stayed shut for the reason given"
    assert details["sheets"] == "10 sheets of 5 members"
    assert details["draws"] == "coefficients, experts recomputed"
    assert details["witnesses"].startswith("2 cosignatures by notary.example/witness; attested up to entry 73 of 73, ")


def test_the_public_variant_passes_without_shares(exported, capsys):
    found, told = failing(capsys, exported.public)
    assert found == set()
    skipped = {name for name, outcome in outcomes(told).items() if outcome == "not applicable"}
    assert {"shares", "releases", "opened_bids", "unopened_bids", "log_key", "trust_root"} <= skipped
    assert outcomes(told)["ranking"] == outcomes(told)["bid_signatures"] == "ok"


def test_without_a_pinned_key_the_verdict_says_so_with_its_fingerprint(exported, capsys):
    assert main([str(exported.full)]) == 0
    told = capsys.readouterr().out
    assert f"log key not pinned: {exported.log_key}" in told and "root not pinned: " in told
    lines = [line for line in told.splitlines() if line.startswith(("ok ", "not applicable "))]
    assert len(lines) == len(CHECKS)


def test_another_pinned_key_root_and_checkpoint_are_named(exported, tmp_path, capsys):
    other = "gongheng.local/log+29e1891c+AWsW61OsjVO52i7EvG6cS+J/pHlBtYZVvyy6lzvpumsy"
    assert failing(capsys, exported.full, "--log-key", other)[0] == {"log_key"}
    (tmp_path / "other.pem").write_bytes(to_pem(another_root()))
    assert failing(capsys, exported.full, "--trust", str(tmp_path / "other.pem"))[0] == {"trust_root"}


def test_a_history_that_differs_from_a_saved_checkpoint_is_named(exported, pins, tmp_path, capsys):
    bundle = Forgery.of(exported.full, exported.platform)
    bundle.of_kind("lot.announced")[0]["body"]["role"] = "centre"
    bundle.rebuild_log()
    forged = bundle.write(tmp_path / "forged.zip", signed=True)
    found, _told = failing(capsys, forged, *pins)
    assert found == {"kept_checkpoints", "own_receipts", "heads_seen", "witnesses", "timestamps"}


def test_a_platform_that_leaves_out_the_cosignatures_is_found_by_who_knows_the_witness(exported, tmp_path, capsys):
    bundle = Forgery.of(exported.full, exported.platform)
    for row in bundle.checkpoints:
        row["cosignatures"] = []
    forged = bundle.write(tmp_path / "forged.zip", signed=True)
    assert failing(capsys, forged)[0] == set()
    assert failing(capsys, forged, "--witness", exported.witness)[0] == {"witnesses"}


def test_a_bidder_whose_bid_was_dropped_from_the_history_proves_it_with_the_receipt(exported, pins, tmp_path, capsys):
    bundle = Forgery.of(exported.full, exported.platform)
    TABLE["a_bid_is_dropped_from_the_whole_history"].tamper(bundle)
    found, told = failing(capsys, bundle.write(tmp_path / "forged.zip", signed=True), *pins)
    assert "own_receipts" in found
    reasons = next(row["reasons"] for row in told["checks"] if row["name"] == "own_receipts")
    assert any("missing from the closing set" in reason for reason in reasons)


def test_it_runs_as_a_program_without_django_network_or_home(exported, tmp_path):
    script = (
        "import runpy, sys\n"
        "def hook(event, arguments):\n"
        "    assert event not in ('socket.connect', 'socket.bind', 'sqlite3.connect'), event\n"
        "sys.addaudithook(hook)\n"
        "sys.argv = ['verifier', *sys.argv[1:]]\n"
        "try:\n    runpy.run_module('verifier', run_name='__main__')\n"
        "finally:\n    bad = {'django', 'channels', 'celery', 'sqlite3'} & set(sys.modules)\n"
        "    assert not bad, bad\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    argv = [sys.executable, "-c", script, str(exported.full), "--log-key", exported.log_key]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PASSED: no check failed" in done.stdout and "log key pinned" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["/nonexistent.zip"], ["{}", "--log-key", "nonsense"], ["{}", "--trust", "{}"], ["{}", "--receipt", "{}"]],
)
def test_wrong_usage_is_told_apart_from_a_bad_bundle(exported, capsys, arguments):
    try:
        status = main([one.format(exported.full) for one in arguments])
    except SystemExit as ended:
        status = ended.code
    assert status == 2
    assert capsys.readouterr().err
