"""The platform as the agent reaches it: a few HTTP calls with a bearer token, bounded in time and size."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
PAGE = 1000
# Bytes of an answer, unpacked. The largest honest ones: a feed page of `PAGE` entries at 64 KiB each (a lot's signed
# parameters with 16 custodians' certificates, the largest body there is, stay below that), or a work list of 380 bids
# whose header and trailer are both as large as they may be (64 KiB each, in base64).
MOST_BYTES = 1 << 26
MOST_DEEP = 64  # lists and objects within each other; entries and work lists have about ten


class ServerAway(Exception):
    """The platform does not answer, or not with what was asked for: try again later."""


class ServerRefused(Exception):
    """The platform refused a statement; asking again would not help."""


class Server:
    """One platform, reached with this agent's token."""

    def __init__(self, address: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT, transport=transport)

    def hello(self, head: Mapping[str, Any], report: Mapping[str, str]) -> dict[str, Any]:
        """Say that the agent is there, what it has seen, and how it is."""
        return self._call("POST", "/api/v1/agent/hello", {"head": dict(head), "report": dict(report)})

    def feed(self, after: int) -> list[dict[str, Any]]:
        """Return the log's next entries after an index."""
        return _list(self._call("GET", f"/api/v1/ledger?after={after}&limit={PAGE}"), "entries")

    def work(self) -> dict[str, Any]:
        """Return the bids whose share is wanted, and the signed head."""
        return self._call("GET", "/api/v1/agent/work")

    def release(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over a signed release."""
        return self._call("POST", "/api/v1/agent/releases", statement)

    def refuse(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over a signed refusal."""
        return self._call("POST", "/api/v1/agent/refusals", statement)

    def dependents(self) -> list[str]:
        """Return the lots that, the platform says, still need this custodian's key."""
        return [str(code) for code in _list(self._call("GET", "/api/v1/agent/dependents"), "lots")]

    def destroyed(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over the signed statement that the key was destroyed."""
        return self._call("POST", "/api/v1/agent/destructions", statement)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            with self._client.stream(method, path, json=body) as response:
                answer = json.loads(_bounded(response))
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise ServerAway(f"{method} {path}: {error}") from error
        if _too_deep(answer):
            raise ServerAway(f"{method} {path}: more than {MOST_DEEP} lists and objects within each other")
        if response.status_code in (403, 404, 409, 422):
            raise ServerRefused(f"{method} {path}: {response.status_code} {str(answer)[:1000]}")
        if response.status_code != 200 or not isinstance(answer, dict):
            raise ServerAway(f"{method} {path}: {response.status_code}")
        return answer


def _bounded(response: httpx.Response) -> bytes:
    """Return the answer's bytes. :raises ValueError: there are more than `MOST_BYTES`; no more of them are read"""
    held = bytearray()
    for part in response.iter_bytes():
        held += part
        if len(held) > MOST_BYTES:
            raise ValueError(f"the answer has more than {MOST_BYTES} bytes")
    return bytes(held)


def _too_deep(answer: Any) -> bool:
    """Whether lists and objects lie deeper within each other than `MOST_DEEP`: what is hashed later walks them."""
    level = [answer] if isinstance(answer, dict | list) else []
    for _ in range(MOST_DEEP):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _list(answer: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list of the answer. :raises ServerAway: it is not there"""
    found = answer.get(name)
    if not isinstance(found, list):
        raise ServerAway(f"the answer has no list {name}")
    return found
