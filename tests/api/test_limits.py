"""Bodies are bounded before Django spools them."""

from typing import Any

import pytest

from api.limits import API_MOST, BodyLimit


async def seen(path: str, *, claimed: bytes | None, parts: list[bytes]) -> tuple[list[Any], int]:
    """Return what was answered, and how many body bytes reached the application."""
    answered: list[Any] = []
    reached = 0
    queue = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

    async def application(scope, receive, send):
        nonlocal reached
        while queue:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            reached += len(message["body"])

    async def receive():
        return queue.pop(0)

    async def send(message):
        answered.append(message)

    headers = [] if claimed is None else [(b"Content-Length", claimed)]
    await BodyLimit(application)({"type": "http", "path": path, "headers": headers}, receive, send)
    return answered, reached


@pytest.mark.asyncio
async def test_a_length_beyond_the_limit_is_answered_at_once():
    answered, reached = await seen("/api/v1/uploads/x/chunks/0", claimed=b"999999999999", parts=[b"x"])
    assert (answered[0]["status"], reached) == (413, 0)


@pytest.mark.asyncio
async def test_a_stream_without_length_is_cut_off_at_the_limit():
    answered, reached = await seen("/api/v1/clock", claimed=None, parts=[bytes(1 << 20)] * 5)
    assert (answered, reached) == ([], API_MOST)


@pytest.mark.asyncio
async def test_an_ordinary_chunk_passes():
    _, reached = await seen("/api/v1/uploads/x/chunks/0", claimed=b"1048592", parts=[bytes(1048592)])
    assert reached == 1048592
