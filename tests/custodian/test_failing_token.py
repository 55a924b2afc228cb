"""A token that is away is asked again; one that refuses the PIN is not, since it would lock itself."""

import json
from dataclasses import replace

import pkcs11
import pytest

from custodian import __main__ as program
from custodian import checking, running, token_keys
from custodian.home import read_home
from custodian.token_keys import PinRefused, Place, TokenAway, TokenFailed, open_token
from tendering.models import Release, ReleaseRefusal
from tests.custodian.looping import told
from tests.custodian.softhsm import PIN
from tests.custodian.test_program import ended
from tests.custodian.test_token_keys import home, token  # noqa: F401


class Failing:
    """Keys that fail the next times they are asked for something, and else are the true ones."""

    def __init__(self, keys, error, times):
        self._keys, self._error, self._times, self.asked = keys, error, times, 0

    def __getattr__(self, name):
        return getattr(self._keys, name)

    def sign(self, message):
        return self._tried(lambda: self._keys.sign(message))

    def unwrap(self, context, wrap):
        return self._tried(lambda: self._keys.unwrap(context, wrap))

    def _tried(self, call):
        self.asked += 1
        if self._times >= self.asked:
            raise self._error
        return call()


@pytest.fixture
def agent_with(tender, hands, agent_of):
    """`agent_with(error, times)`: an agent whose three releases are due and whose token fails so many times."""

    def made(error, times, **how):
        ended(tender, hands)
        agent = agent_of("centre", **how)
        agent.home = replace(agent.home, keys=Failing(agent.home.keys, error, times), key_kind="token")
        return agent

    return made


# in the loop


@pytest.mark.parametrize("error", [TokenAway("gone"), TokenFailed("lacks the key")])
def test_a_token_that_fails_for_a_while_is_tried_with_growing_pauses_told_once_and_then_releases(
    agent_with,
    rounds,
    capsys,
    error,
):
    agent = agent_with(error, 6)
    seen = []
    pauses = rounds(running, 3, between=lambda done: seen.append(Release.objects.count()))
    told(capsys)
    assert running._until_stopped(agent, parent_pid=0) == 0
    assert seen == [0, 0, 3]
    assert pauses[0] < pauses[1] and pauses[2] <= running.PAUSE * 1.2
    noted = told(capsys)
    assert [line["event"] for line in noted] == ["token_failed", *["released"] * 3, "stopped"]
    assert noted[0]["why"] == str(error)
    assert not ReleaseRefusal.objects.exists()


def test_a_share_at_which_the_token_fails_holds_no_other_bid_back(agent_with):
    agent = agent_with(TokenAway("this one it does not like"), 1)
    with pytest.raises(TokenAway):
        agent.round()
    assert Release.objects.count() == 2
    assert agent.round() == 1


def test_a_refusal_that_the_token_did_not_sign_is_sent_at_the_next_round_already(agent_with, tender):
    agent = agent_with(TokenAway("gone"), 3, now=lambda: tender.lot.deadline_at)
    agent.skew = agent.skew_limit
    with pytest.raises(TokenAway):
        agent.round()
    assert not ReleaseRefusal.objects.exists()
    assert agent.round() == 0
    assert ReleaseRefusal.objects.count() == 3


def test_a_pin_that_is_refused_is_tried_once_and_ends_the_agent(agent_with, rounds):
    agent = agent_with(PinRefused("PinIncorrect"), 99)
    pauses = rounds(running, 9)
    with pytest.raises(PinRefused):
        running._until_stopped(agent, parent_pid=0)
    assert (agent.home.keys.asked, pauses) == (1, [])


def test_a_pin_that_is_refused_for_a_refusal_ends_the_agent_too(agent_with, tender):
    agent = agent_with(PinRefused("PinIncorrect"), 99, now=lambda: tender.lot.deadline_at)
    agent.skew = agent.skew_limit
    with pytest.raises(PinRefused):
        agent.round()
    assert agent.home.keys.asked == 1


# at the start


@pytest.mark.parametrize(
    ("error", "status", "event"),
    [
        (TokenAway("gone"), 4, "token_failed"),
        (PinRefused("PinIncorrect"), 1, "pin_refused"),
        (TokenFailed("another key"), 1, "cannot_start"),
    ],
)
def test_the_exit_status_says_whether_starting_again_may_help(monkeypatch, tmp_path, capsys, error, status, event):
    def failed(folder, *, passphrase=None):
        raise error

    monkeypatch.setattr(running, "read_home", failed)
    monkeypatch.setattr("sys.argv", ["custodian", "run", "--home", str(tmp_path), "--server", "http://127.0.0.1:9"])
    assert program.main() == status
    (line,) = told(capsys)
    assert (line["event"], line["why"]) == (event, str(error))


@pytest.mark.parametrize(("times", "status"), [(0, 0), (1, 4)])
def test_the_self_check_tells_a_token_that_is_away_from_a_home_that_is_wrong(
    agent_with, hands, monkeypatch, capsys, times, status
):
    monkeypatch.setattr(checking.clock, "now", lambda: hands.at)
    home = agent_with(TokenAway("gone"), times).home  # noqa: F811
    assert checking.home_status(home) == status
    assert checking.home_status(replace(home, roots=())) == 1


def test_a_service_whose_home_is_wrong_does_not_start_its_rounds(agent_of, monkeypatch, capsys):
    folder = agent_of("centre").home.folder
    (folder / "memory.json").write_text('{"size": 3, "root": ""}')
    argv = ["custodian", "--home", str(folder), "--server", "http://127.0.0.1:9", "--once"]
    monkeypatch.setattr("sys.argv", [*argv, "--check"])
    assert program.main() == 1
    assert "released" not in json.dumps(told(capsys))


# in a true token


def test_a_token_that_comes_back_works_at_the_next_call(home, monkeypatch):  # noqa: F811
    keys = read_home(home).keys

    def removed(path):
        raise pkcs11.exceptions.DeviceRemoved

    with monkeypatch.context() as patched:
        patched.setattr(token_keys.pkcs11, "lib", removed)
        with pytest.raises(TokenAway, match="DeviceRemoved"):
            keys.sign(b"message")
    assert keys.suite.verify(keys.public.sign_public, b"message", keys.sign(b"message"))


def test_a_wrong_pin_is_told_from_a_token_that_is_away_and_from_one_of_other_keys(home):  # noqa: F811
    keys = read_home(home).keys
    place = keys.place
    with pytest.raises(PinRefused):
        replace(keys, pin="000000").sign(b"message")
    with pytest.raises(TokenAway):
        open_token(keys.public, replace(place, token="another"), PIN)
    with pytest.raises(TokenFailed) as failed:
        open_token(keys.public, Place(place.module, place.token, place.seal, place.seal), PIN)
    assert not isinstance(failed.value, TokenAway)
    assert keys.sign(b"message")
