"""A demonstration answers on loopback only."""

import asyncio

import pytest

from config.loopback import LoopbackOnly


async def _app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})


def _answer(server, kind="http"):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(LoopbackOnly(_app)({"type": kind, "server": server}, None, send))
    return sent[0]


@pytest.mark.parametrize("server", [("127.0.0.1", 8000), ("::1", 8000), ("localhost", 80), ("/run/web.sock", None)])
def test_loopback_is_answered(server):
    assert _answer(server)["status"] == 200


@pytest.mark.parametrize("server", [("192.0.2.7", 8000), ("2001:db8::1", 80), ("example.org", 80), None])
def test_anything_else_is_turned_away(server):
    assert _answer(server)["status"] == 403


def test_a_socket_from_elsewhere_is_closed():
    assert _answer(("192.0.2.7", 8000), "websocket") == {"type": "websocket.close", "code": 4403}
