"""A destruction in a token that was cut short is finished before anybody is told that the key is gone."""

import json
from types import SimpleNamespace

import pkcs11
import pytest

from custodian import running, shredding
from custodian.agent import Agent
from custodian.files import NoHome
from custodian.home import KeyDestroyed, read_home
from custodian.log import Log
from custodian.server import Server
from custodian.token_keys import TokenFailed, TokenKeys, read_pin, read_place
from identity.models import KeyDestruction
from tests.custodian.conftest import through_django
from tests.custodian.test_token_keys import home, make_idle, token, twins  # noqa: F401


@pytest.fixture
def cut_short(home, hands, tender, monkeypatch):  # noqa: F811
    """A home whose statement is signed while its token failed; returns what brings the token back."""
    read = read_home(home)
    agent = Agent(read, Log(home), Server("http://t", read.token, transport=through_django()), lambda: hands.at)
    real = TokenKeys.destroy

    def pulled(self):
        raise TokenFailed("pulled out")

    monkeypatch.setattr(TokenKeys, "destroy", pulled)
    monkeypatch.setattr(
        shredding, "Server", lambda address, bearer: Server(address, bearer, transport=through_django())
    )
    with pytest.raises(TokenFailed, match="run shred again"):
        shredding.destroy(agent, kid=read.keys.kid, reason="retention over")
    return lambda: monkeypatch.setattr(TokenKeys, "destroy", real)


def again(home, *, dry_run=False):  # noqa: F811
    wanted = {"home": home, "passphrase_file": None, "server": "http://testserver"}
    return shredding.shred(SimpleNamespace(**wanted, dry_run=dry_run))


def left(home):  # noqa: F811
    place = read_place(home)
    with pkcs11.lib(place.module).get_token(token_label=place.token).open(user_pin=read_pin(home)) as session:
        labels = (place.seal, place.sign)
        return sum(len(list(session.get_objects({pkcs11.Attribute.LABEL: label}))) for label in labels)


def test_nothing_is_told_while_the_key_is_in_the_token_and_the_rerun_destroys_it(cut_short, home):  # noqa: F811
    assert left(home) == 4
    with pytest.raises(TokenFailed, match="may still work"):
        again(home)
    assert not KeyDestruction.objects.exists()
    assert not (home / shredding.TOLD).exists()
    cut_short()
    assert again(home) == 0
    assert left(home) == 0
    assert KeyDestruction.objects.count() == 1


def test_a_key_told_destroyed_by_an_older_program_is_destroyed_now(cut_short, home):  # noqa: F811
    (home / shredding.TOLD).write_bytes(b"")
    cut_short()
    assert again(home) == 0
    assert left(home) == 0


def test_without_a_pin_or_with_another_key_nothing_is_told(cut_short, home):  # noqa: F811
    cut_short()
    pin = (home / "pin").read_text()
    (home / "pin").unlink()
    with pytest.raises(NoHome, match="PIN"):
        again(home)
    (home / "pin").write_text(pin)
    (home / "pin").chmod(0o600)
    other = KeyDestroyed({"body": {"kid": "00" * 32}})
    with pytest.raises(NoHome, match="another key"):
        shredding.tell_again(home, other, "http://testserver")
    assert left(home) == 4
    assert not KeyDestruction.objects.exists()


def test_a_token_that_was_emptied_may_be_thrown_away(cut_short, home, monkeypatch):  # noqa: F811
    cut_short()
    assert again(home) == 0
    monkeypatch.setattr(TokenKeys, "destroy", lambda self: pytest.fail("the token is asked no more"))
    assert again(home) == 0


def test_the_running_agent_finishes_it_too(cut_short, home):  # noqa: F811
    cut_short()
    wanted = SimpleNamespace(exit_with=0, log_file=None, home=home, passphrase_file=None, server="http://testserver")
    with pytest.raises(KeyDestroyed):
        running.run(wanted)
    assert left(home) == 0


def test_a_dry_run_says_what_a_second_run_would_still_destroy(cut_short, home, capsys):  # noqa: F811
    cut_short()
    capsys.readouterr()
    assert again(home, dry_run=True) == 0
    told = {row["event"]: row for row in map(json.loads, capsys.readouterr().err.splitlines())}
    assert len(told["would_destroy"]["what"]) == 4 and not told["would_destroy"]["told"]
    assert left(home) == 4
    assert not KeyDestruction.objects.exists() and not (home / shredding.TOLD).exists()
    assert again(home) == 0 and left(home) == 0
    capsys.readouterr()
    assert again(home, dry_run=True) == 0
    told = {row["event"]: row for row in map(json.loads, capsys.readouterr().err.splitlines())}
    assert told["would_destroy"]["what"] == [] and told["would_destroy"]["told"]


def test_a_key_of_the_same_label_survives_the_shredding(cut_short, home):  # noqa: F811
    twins(read_place(home))
    cut_short()
    assert again(home) == 0
    assert left(home) == 4  # the other pairs
    assert KeyDestruction.objects.count() == 1


def test_what_nobody_can_tell_is_named_to_the_person_and_blocks_nothing(cut_short, home, capsys):  # noqa: F811
    place = read_place(home)
    make_idle(place, f"idle {place.seal}")
    cut_short()
    for dry_run in (True, False):
        capsys.readouterr()
        assert again(home, dry_run=dry_run) == 0
        told = {row["event"]: row for row in map(json.loads, capsys.readouterr().err.splitlines())}
        assert f"private key idle {place.seal}" in told["untold_keys"]["what"]
        assert "look at it by hand" in told["untold_keys"]["why"]
    assert left(home) == 0
    assert place.seal not in json.dumps(KeyDestruction.objects.get().statement)
