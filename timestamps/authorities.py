"""Where timestamps come from: an authority's HTTP address (RFC 3161 section 3.4), or the demonstration one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from timestamps.local import LocalAuthority
from timestamps.refusals import StampFailed, reason

if TYPE_CHECKING:
    import httpx

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
MOST_ANSWER = 1 << 16  # a token with its whole chain takes 2 to 8 KiB
SECONDS = 8.0
DEMONSTRATION = "demonstration"


class Authority(Protocol):
    """Anything that answers a DER TimeStampReq with a DER TimeStampResp."""

    def answer(self, request: bytes) -> bytes:
        """Return the answer's bytes, not judged yet.

        :raises StampFailed: there is none
        """


@dataclass(frozen=True)
class HttpAuthority:
    """A TSA at an `http(s)` address; `seconds` bounds the whole exchange, `most` the bytes of the answer."""

    url: str
    username: str = ""
    password: str = ""
    seconds: float = SECONDS
    most: int = MOST_ANSWER

    def __repr__(self) -> str:
        return f"HttpAuthority({self.url!r})"  # never the password

    def answer(self, request: bytes) -> bytes:
        """Post the request and return the answer.

        :raises StampFailed: unreachable, too slow, not 200, another content type, or too large
        """
        # in a thread of its own, since the caller may live in an event loop; only so is the whole exchange bounded
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(asyncio.run, self._exchange(request)).result()

    async def _exchange(self, request: bytes) -> bytes:
        import httpx  # half a second that a start need not take

        try:
            return await asyncio.wait_for(self._post(request), self.seconds)
        except TimeoutError as error:
            raise StampFailed([reason("timeout", seconds=self.seconds)]) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise StampFailed([reason("unreachable", detail=type(error).__name__)]) from error

    async def _post(self, request: bytes) -> bytes:
        import httpx

        identity = (self.username, self.password) if self.username else None
        headers = {"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE, "Accept-Encoding": "identity"}
        async with (
            httpx.AsyncClient(auth=identity, timeout=None) as client,  # noqa: S113  `wait_for` bounds it
            client.stream("POST", self.url, content=request, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise StampFailed([reason("http_status", status=response.status_code)])
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != REPLY_TYPE:
                raise StampFailed([reason("content_type", found=kind or "—")])
            return await self._bounded(response)

    async def _bounded(self, response: "httpx.Response") -> bytes:
        body = b""
        async for part in response.aiter_raw():
            body += part
            if len(body) > self.most:
                raise StampFailed([reason("too_large", limit=self.most)])
        return body


def configured(
    address: str,
    *,
    home: Path,
    username: str = "",
    password: str = "",
    seconds: float = SECONDS,
    clock: Callable[[], datetime] | None = None,
) -> Authority | None:
    """Return the authority of a setting: an address, "demonstration" (keys under `home`), or "" for none.

    :raises ValueError: the address is neither
    """
    if not address:
        return None
    if address == DEMONSTRATION:
        return LocalAuthority(home, clock=clock)
    if address.startswith(("http://", "https://")):
        return HttpAuthority(address, username, password, seconds)
    raise ValueError(f"a timestamp authority is an http(s) address or {DEMONSTRATION!r}, not {address!r}")
