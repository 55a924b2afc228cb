"""The platform as the agent reaches it: a few HTTP calls with a bearer token, bounded in time and size."""

from collections.abc import Mapping
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
PAGE = 1000


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
        rows: list[dict[str, Any]] = self._call("GET", f"/api/v1/ledger?after={after}&limit={PAGE}")["entries"]
        return rows

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
        return [str(code) for code in self._call("GET", "/api/v1/agent/dependents")["lots"]]

    def destroyed(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over the signed statement that the key was destroyed."""
        return self._call("POST", "/api/v1/agent/destructions", statement)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, json=body)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServerAway(f"{method} {path}: {error}") from error
        if response.status_code in (403, 404, 409, 422):
            raise ServerRefused(f"{method} {path}: {response.status_code} {answer}")
        if response.status_code != 200 or not isinstance(answer, dict):
            raise ServerAway(f"{method} {path}: {response.status_code}")
        return answer
