"""A guard for demonstrations: connections that arrive anywhere but on a loopback address are turned away."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
REFUSAL = b"A demonstration answers on loopback only.\n"


class LoopbackOnly:
    """Wraps an ASGI application; the address that counts is the one of our own end of the connection."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not arrived_on_loopback(scope):
            await _turn_away(scope, send)
        else:
            await self._app(scope, receive, send)


def arrived_on_loopback(scope: Scope) -> bool:
    """Return whether our end of the connection is a loopback address; a Unix socket is, an unknown end is not."""
    server = scope.get("server")
    if not server:
        return False
    host, port = server
    if port is None:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(host in ("localhost", "testserver"))


async def _turn_away(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4403})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSAL})
