"""`shred --dry-run`: what would be destroyed and all that holds it back is said; nothing is destroyed or sent."""

import json
from datetime import timedelta

import httpx
import pytest

from custodian import shredding
from custodian.arguments import read_arguments
from custodian.home import DESTROYED, read_home
from custodian.server import Server, ServerAway
from identity.models import Custodian, KeyDestruction
from tests.custodian.conftest import through_django
from tests.custodian.test_shredding import YEARS, finished  # noqa: F401


@pytest.fixture
def asked(monkeypatch):
    """Every request that the program makes, by method and path; `away` lets the platform not answer."""
    made, real = [], through_django()

    def answered(request):
        made.append((request.method, request.url.path))
        return real.handler(request)

    transport = httpx.MockTransport(answered)
    monkeypatch.setattr(shredding, "Server", lambda address, token: Server(address, token, transport=transport))
    return made


@pytest.fixture
def dry(agent_of, hands, monkeypatch, asked, capsys):
    """`dry(kid=…, reason=…)` runs the command in the centre's home, its clock `later`: status, lines by event."""
    agent = agent_of("centre")
    agent.round()  # as it does all the time: it knows the log's key
    folder = agent.home.folder

    def run(*, kid=agent.home.keys.kid, reason="保存期满", later=YEARS):
        monkeypatch.setattr(shredding.clock, "now", lambda: hands.at + later)
        before = kept(folder)
        capsys.readouterr()
        words = ["shred", "--home", str(folder), "--server", "http://testserver", "--kid", kid, "--reason", reason]
        status = shredding.shred(read_arguments([*words, "--dry-run"]))
        assert kept(folder) == before
        assert not KeyDestruction.objects.exists() and not (folder / DESTROYED).exists()
        found = {}
        for row in map(json.loads, capsys.readouterr().err.splitlines()):
            found.setdefault(row["event"], []).append(row)
        return status, found

    run.folder = folder
    return run


def kept(folder):
    """What makes a home able to release: everything but the followed log."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("leaves", "memory.json")}


def test_what_would_go_through_is_said_and_everything_stays(tender, hands, finished, dry, asked, agent_of):  # noqa: F811
    seen = Custodian.objects.get(name="centre").last_seen_at
    hands.move(YEARS.total_seconds())
    status, told = dry(later=timedelta(0))
    assert status == 0 and told["dry_run"][0]["goes_through"] and "held_back" not in told
    assert told["would_destroy"][0]["what"] == [str(dry.folder / "centre.key")]
    assert asked and {method for method, _path in asked} == {"GET"}  # no greeting, no statement
    assert Custodian.objects.get(name="centre").last_seen_at == seen
    assert read_home(dry.folder).keys.kid  # it still works
    assert agent_of("centre").round() == 0


def test_every_reason_is_said_not_the_first_only(tender, dry):
    tender.bid(tender.cast.bidders[0])
    status, told = dry(kid="00" * 32, reason=" ")
    assert status == 1 and not told["dry_run"][0]["goes_through"]
    said = " | ".join(row["why"] for row in told["held_back"])
    assert f"not {'00' * 32}" in said and "a reason must be given" in said
    assert f"{tender.lot.code} is not opened" in said


def test_retention_holds_it_back(finished, dry):  # noqa: F811
    status, told = dry(later=timedelta(days=365))
    assert status == 1 and any("is kept until 2041" in row["why"] for row in told["held_back"])


def test_an_agent_that_never_learnt_the_logs_key_does_not_learn_it_here(finished, dry):  # noqa: F811
    (dry.folder / "memory.json").unlink()
    status, told = dry()
    assert status == 1 and not (dry.folder / "memory.json").exists()
    assert any("the log's key is not known" in row["why"] for row in told["held_back"])


def test_a_platform_that_is_away_leaves_the_question_open(finished, dry, monkeypatch):  # noqa: F811
    monkeypatch.setattr(shredding, "Server", lambda address, token: Server("http://127.0.0.1:9", token))
    with pytest.raises(ServerAway):  # exit status 3
        dry()
