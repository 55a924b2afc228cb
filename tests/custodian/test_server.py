"""A platform whose answers are too large, too deep or of another form is away; the agent goes on."""

import gzip
import json
from types import SimpleNamespace

import httpx
import pytest

from custodian import running, server
from custodian.server import MOST_BYTES, MOST_DEEP, Server, ServerAway
from sealing.header import MOST_HEADER


def answering(content):
    return Server("http://x", "t", transport=httpx.MockTransport(lambda request: httpx.Response(200, content=content)))


def nested(depth):
    return b'{"lots":' + b"[" * depth + b"]" * depth + b"}"


def test_an_answer_is_read_to_the_limit_and_no_further(monkeypatch):
    monkeypatch.setattr(server, "MOST_BYTES", 1000)
    read = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self):
            yield b'{"now":"'
            for number in range(1000):
                read.append(number)
                yield b"a" * 100

    made = httpx.MockTransport(lambda request: httpx.Response(200, stream=Endless()))
    with pytest.raises(ServerAway, match="more than 1000 bytes"):
        Server("http://x", "t", transport=made).hello({}, {})
    assert len(read) <= 10


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(monkeypatch):
    monkeypatch.setattr(server, "MOST_BYTES", 1000)
    packed = gzip.compress(b'{"now":"' + b"a" * 100_000 + b'"}')
    assert len(packed) < 1000
    headers = {"Content-Encoding": "gzip"}
    made = httpx.MockTransport(lambda request: httpx.Response(200, content=packed, headers=headers))
    with pytest.raises(ServerAway, match="bytes"):
        Server("http://x", "t", transport=made).hello({}, {})


def test_the_largest_honest_work_list_fits():
    parts = "A" * (MOST_HEADER * 4 // 3)
    bids = [{"bid_digest": "0" * 64, "header": parts, "trailer": parts}] * 380
    content = json.dumps({"lots": [{"lot": "x", "entries": [], "bids": bids}]}).encode()
    assert len(content) <= MOST_BYTES
    assert len(answering(content).work()["lots"][0]["bids"]) == 380


@pytest.mark.parametrize("depth", [MOST_DEEP, 900, 200_000])
def test_deep_json_is_a_platform_that_is_away(depth):
    with pytest.raises(ServerAway):
        answering(nested(depth)).work()
    assert answering(nested(MOST_DEEP - 1)).work()


@pytest.mark.parametrize("content", [b"{}", b'{"entries": 5, "lots": {"x": 1}}', b"[]", b"5", b"\xff"])
def test_answers_of_another_form_are_a_platform_that_is_away(content):
    with pytest.raises(ServerAway):
        answering(content).feed(-1)
    with pytest.raises(ServerAway):
        answering(content).dependents()


def test_the_agents_process_goes_on_after_a_deep_answer(monkeypatch):
    rounds = []

    def hostile_round():
        rounds.append(1)
        answering(nested(200_000)).work()

    agent = SimpleNamespace(greet=lambda: None, round=hostile_round, log=SimpleNamespace(head=SimpleNamespace(size=0)))
    monkeypatch.setattr(running, "PAUSE", 0.001)
    monkeypatch.setattr(running.parent, "gone", lambda pid: len(rounds) >= 2)
    assert running._until_stopped(agent, parent_pid=0) == 0
    assert len(rounds) == 2
