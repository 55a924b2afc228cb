"""The program around the agent: setting up, checking itself, its log, its clock, its service file."""

import configparser
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from custodian import checking, journal, making
from custodian.arguments import read_arguments
from custodian.files import NoHome, wipe
from custodian.home import read_home
from custodian.server import Server
from identity.actor import SYSTEM
from identity.models import Custodian
from identity.operations import certify_key, open_challenge, register_custodian
from identity.queries import trust_root
from ledger.heads import verifier_key
from sealing import canonical
from tendering.models import Opening, Release, ReleaseRefusal
from tendering.operations.end_window import end_window
from tests.custodian.conftest import through_django

UNIT = Path(__file__).parents[2] / "deploy/systemd/gongheng-custodian.service"


def run(*words, **how):
    return subprocess.run(
        [sys.executable, "-m", "custodian", *map(str, words)], capture_output=True, text=True, timeout=60, **how
    )


def events(done):
    return [json.loads(line) for line in done.stderr.splitlines()]


# setting up


@pytest.fixture
def certified(cast, hands, tmp_path):
    """A home made and certified as a custodian would do it; returns the words of `accept`."""
    player, folder = cast.regulator, tmp_path / "notary"
    challenge = open_challenge(actor=player.actor).nonce
    words = ["init", "--home", str(folder), "--name", "notary", "--organisation", player.actor.uscc]
    assert making.init(read_arguments([*words, "--challenge", challenge])) == 0
    asked = json.loads((folder / "notary.request.json").read_text())
    asked["nonce"] = asked.pop("challenge")
    certificate = certify_key(actor=player.actor, **asked)
    _, token = register_custodian(
        name="notary", organisation_id=player.organisation.pk, kid=certificate.kid, actor=SYSTEM
    )
    for name, data in {
        "issued.pub": canonical.dumps(certificate.pub),
        "root.pem": trust_root().encode(),
        "bearer": token.encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
    accept = ["accept", "--home", str(folder), "--pub", str(tmp_path / "issued.pub"), "--root"]
    return [*accept, str(tmp_path / "root.pem"), "--token-file", str(tmp_path / "bearer"), "--log-key", verifier_key()]


def test_a_home_is_made_certified_and_taken_in(certified, tmp_path):
    assert making.accept(read_arguments(certified)) == 0
    folder = tmp_path / "notary"
    home = read_home(folder)
    assert home.keys.kid == Custodian.objects.get(name="notary").certificate.kid
    assert home.pinned_log == verifier_key()
    secret = ("notary.key", "token", "log-key", "root.pem")
    assert {(folder / name).stat().st_mode & 0o077 for name in secret} == {0}


def test_a_second_init_overwrites_nothing(certified, cast, tmp_path):
    before = (tmp_path / "notary/notary.key").read_bytes()
    done = run("init", "--home", tmp_path / "notary", "--name", "other", "--organisation", cast.regulator.actor.uscc)
    assert done.returncode == 1
    assert "nothing is overwritten" in events(done)[-1]["why"]
    assert (tmp_path / "notary/notary.key").read_bytes() == before


def test_a_certificate_of_another_key_or_another_root_is_not_taken_in(certified, cast, hands, tmp_path):
    from tests.keys import certified as other_keys

    (tmp_path / "issued.pub").write_bytes(canonical.dumps(other_keys(cast.centre).certificate.pub))
    with pytest.raises(NoHome, match="another key"):
        making.accept(read_arguments(certified))
    (tmp_path / "root.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(NoHome, match="no certificate"):
        making.accept(read_arguments(certified))


def test_a_key_file_that_others_may_read_is_refused(certified, tmp_path):
    making.accept(read_arguments(certified))
    (tmp_path / "notary/notary.key").chmod(0o644)
    done = run("check", "--home", tmp_path / "notary")
    assert done.returncode == 1
    assert "chmod 600" in events(done)[0]["why"]


# checking itself


def test_check_answers_every_question_and_its_exit_status_says_so(agent_of, hands, monkeypatch, capsys):
    agent = agent_of("centre")
    monkeypatch.setattr(checking, "Server", lambda at, token: Server(at, token, transport=through_django()))
    monkeypatch.setattr(checking.clock, "now", lambda: hands.at)
    home = str(agent.home.folder)
    wanted = read_arguments(["check", "--home", home, "--server", "http://testserver"])
    assert checking.check(wanted) == 0
    answers = {
        row["what"]: row["answer"] for row in map(json.loads, capsys.readouterr().err.splitlines()) if "what" in row
    }
    assert answers.keys() == {"key", "certificate", "token", "clock", "room", "log", "platform"}
    assert (answers["key"], answers["platform"], answers["log"]) == ("ok", "ok", "warning")  # its key is not pinned
    monkeypatch.setattr(checking.clock, "now", lambda: hands.at + timedelta(hours=1))
    assert checking.check(wanted) == 1
    assert "3600.0 seconds apart" in capsys.readouterr().err
    (agent.home.folder / "memory.json").write_text("{")
    assert checking.check(wanted) == 1


def test_check_without_a_platform_and_with_one_that_is_away(agent_of):
    home = agent_of("centre").home.folder
    away = run("check", "--home", home, "--server", "http://127.0.0.1:9")
    assert away.returncode == 1
    assert {row["what"]: row["answer"] for row in events(away)}["platform"] == "failed"


# its clock


def ended(tender, hands):
    tender.opened_window(hands)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)


@pytest.mark.parametrize("apart", [61, -61, 86400])
def test_clocks_too_far_apart_hold_every_release_back(tender, hands, agent_of, apart):
    ended(tender, hands)
    agent = agent_of("centre", now=lambda: hands.at + timedelta(seconds=apart))
    assert agent.round() == 0
    assert not Release.objects.exists()
    assert f"are {apart} seconds apart" in ReleaseRefusal.objects.first().reason


def test_clocks_a_minute_apart_do_not(tender, hands, agent_of):
    ended(tender, hands)
    assert agent_of("centre", now=lambda: hands.at + timedelta(seconds=59)).round() == 3


def test_a_platform_that_tells_no_time_is_not_needed_for_the_decision(tender, hands, agent_of):
    ended(tender, hands)

    def silent(path, answer):
        return {**answer, "now": "noon"} if path.endswith("/hello") else answer

    assert agent_of("centre", change=silent).round() == 3


def test_what_the_agent_tells_of_itself_is_kept_for_the_health_page(tender, hands, agent_of):
    agent_of("centre", now=lambda: hands.at + timedelta(seconds=2))
    told = Custodian.objects.get(name="centre").last_report
    assert told == {"version": "0.2.0", "key": "file", "log_key": "first_contact", "skew_seconds": 2.0}


def test_a_log_key_nobody_pinned_is_said_loudly_once(agent_of, capsys):
    agent_of("centre").round()
    agent_of("centre")
    assert capsys.readouterr().err.count("log_key_trusted_at_first_contact") == 1


# its log, its secrets, its service


def test_the_log_file_is_private_and_rotated(tmp_path, capsys):
    path = tmp_path / "agent.log"
    journal.to_file(path, largest=2000, kept=2)
    try:
        for number in range(100):
            journal.note("round", number=number)
    finally:
        journal.close()
    names = sorted(entry.name for entry in tmp_path.iterdir())
    assert names == ["agent.log", "agent.log.1", "agent.log.2"]
    assert all(entry.stat().st_mode & 0o077 == 0 and entry.stat().st_size <= 2000 for entry in tmp_path.iterdir())
    assert json.loads(path.read_text().splitlines()[-1])["number"] == 99


def test_a_wiped_file_was_overwritten_before_it_went(tmp_path):
    path, seen = tmp_path / "secret", tmp_path / "link"
    path.write_bytes(b"the key" * 100)
    seen.hardlink_to(path)
    wipe(path)
    wipe(path)
    assert not path.exists()
    assert seen.read_bytes() == b""


def test_a_pin_or_passphrase_is_never_on_the_command_line():
    for command in ("run", "init", "check", "shred", "accept"):
        said = run(command, "--help").stdout
        assert "--pin" not in said
        assert "--passphrase " not in said


def test_the_service_file_is_hardened_and_hands_secrets_over_as_credentials():
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(UNIT, encoding="utf-8")
    service = unit["Service"]
    wanted = {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "MemoryDenyWriteExecute": "yes",
        "RestrictNamespaces": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
    }
    assert {name: service[name] for name in wanted} == wanted
    assert service["LoadCredential"].startswith("passphrase:/")
    assert service["User"] != "root"
    wanted = read_arguments(service["ExecStart"].split()[3:])
    assert (wanted.command, wanted.check) == ("run", True)
    assert (
        "ExecStartPre" not in service
    )  # systemd starts that again and again, until a token with a wrong PIN is locked
    assert service["RestartPreventExitStatus"].split() == ["1", "2"]  # 4 is not: a token that is away may come back


def test_systemd_itself_finds_the_service_little_exposed():
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    argv = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(UNIT)]
    judged = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert judged.returncode == 0, judged.stdout[-500:]  # exposure of at most 2.0 out of 10
