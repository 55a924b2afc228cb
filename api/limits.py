"""Bounds on request bodies before Django sees them: under ASGI it would spool any length to disk first. Bytes."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]  # what ASGI calls an application, Django's own types differ

API_MOST = 2 << 20  # one chunk with its tag is a little more than 1 MiB
PAGE_MOST = 110 << 20  # the largest document that may be attached, and its form
_REFUSED = '{"refused": [{"check": "body_size", "reason": "请求内容超过规定的大小。"}]}'.encode()


class BodyLimit:
    """Answers 413 to a request that says it is too long, and cuts off one that turns out to be."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        most = API_MOST if scope["path"].startswith("/api/") else PAGE_MOST
        if _claimed(scope["headers"]) > most:
            await _refuse(send)
            return
        await self._application(scope, _counted(receive, most), send)


def _claimed(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Return the largest length that the headers claim; 0 where there is none or it is no number."""
    lengths = [value for name, value in headers if name.lower() == b"content-length"]
    return max((int(value[:20]) for value in lengths if value.isdigit()), default=0)  # int() reads 4,300 digits at most


def _counted(receive: Receive, most: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return counted


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSED})
