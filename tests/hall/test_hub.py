"""The hub: everybody gets the present state, then one frame an act; overtaken, lost and closed watchers harm nobody."""

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from channels.routing import URLRouter

from opening_hall import hub as hub_module
from opening_hall.hub import WAKE_GROUP, Hub
from opening_hall.routing import websocket_urlpatterns
from opening_hall.state import may_be_watched


class Listener:
    """A watcher that remembers."""

    def __init__(self, *, broken=False):
        self.frames, self.broken = [], broken

    async def send_frame(self, frame):
        if self.broken:
            raise ConnectionResetError("the watcher is gone")
        self.frames.append(json.loads(frame))


@pytest.fixture
def told(monkeypatch):
    """A state that a test changes by hand, in the place of the database."""
    state = {"now": "2026-03-02T01:00:00+00:00", "lot": "A1", "index": 1, "stage": "opening"}
    monkeypatch.setattr(hub_module, "hall_state", lambda lot: dict(state, lot=lot))
    monkeypatch.setattr(hub_module, "database_sync_to_async", _at_once)
    return state


def _at_once(function):
    async def call(*arguments):
        return function(*arguments)

    return call


async def _until(condition):
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen within four seconds")


async def wake():
    await get_channel_layer().group_send(WAKE_GROUP, {"type": "wake"})


@pytest.mark.asyncio
async def test_a_watcher_gets_the_present_state_at_once_and_every_act_after_it(told):
    hub, one = Hub(), Listener()
    await hub.join("A1", one)
    assert one.frames[0]["index"] == 1
    await asyncio.sleep(0.05)
    told["index"] = 2
    await wake()
    await _until(lambda: one.frames[-1]["index"] == 2)
    hub.leave("A1", one)


@pytest.mark.asyncio
async def test_all_watchers_of_a_lot_get_the_same_frame_and_others_do_not(told):
    hub, watchers, stranger = Hub(), [Listener() for _ in range(50)], Listener()
    for watcher in watchers:
        await hub.join("A1", watcher)
    await hub.join("B2", stranger)
    told["index"] = 7
    await wake()
    await _until(lambda: all(w.frames[-1]["index"] == 7 for w in [*watchers, stranger]))
    assert {w.frames[-1]["lot"] for w in watchers} == {"A1"} and stranger.frames[-1]["lot"] == "B2"
    assert {w.frames[-1]["watching"] for w in watchers} == {50}
    for watcher in watchers:
        hub.leave("A1", watcher)
    hub.leave("B2", stranger)


@pytest.mark.asyncio
async def test_a_broken_watcher_does_not_keep_the_others_waiting(told):
    hub, good, bad = Hub(), Listener(), Listener()
    await hub.join("A1", bad)
    await hub.join("A1", good)
    bad.broken = True
    told["index"] = 3
    await wake()
    await _until(lambda: good.frames[-1]["index"] == 3)
    hub.leave("A1", bad)
    hub.leave("A1", good)


@pytest.mark.asyncio
async def test_a_lost_wake_only_delays_the_frame(told, monkeypatch):
    monkeypatch.setattr(hub_module, "LONGEST_SILENCE", 0.2)
    hub, one = Hub(), Listener()
    await hub.join("A1", one)
    told["index"] = 9  # nobody wakes the hub
    await _until(lambda: one.frames[-1]["index"] == 9)
    hub.leave("A1", one)


@pytest.mark.asyncio
async def test_the_task_ends_with_the_last_watcher(told):
    hub, one = Hub(), Listener()
    await hub.join("A1", one)
    task = hub._task
    hub.leave("A1", one)
    await _until(task.done)
    assert hub._task is None


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "nobody-knows", "A\0B", "A\nB", "\ud800"])
def test_what_is_no_lot_is_not_watched_whatever_its_letters(code):
    assert not may_be_watched(code)


@pytest.mark.asyncio
async def test_the_socket_of_a_lot_that_is_not_public_is_refused(monkeypatch):
    monkeypatch.setattr("opening_hall.consumers.database_sync_to_async", _at_once)
    monkeypatch.setattr("opening_hall.consumers.may_be_watched", lambda lot: False)
    scope = {"type": "websocket", "path": "/ws/hall/A1/", "query_string": b"", "headers": [], "subprotocols": []}
    socket = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)
    await socket.send_input({"type": "websocket.connect"})
    answer = await socket.receive_output()
    assert answer["type"] == "websocket.close" and answer["code"] == 4404
