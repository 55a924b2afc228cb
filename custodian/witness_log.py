"""The log as a witness reaches it: its head, proofs, its key, and where cosignatures go. Bounded in time and size."""

from typing import Any

import httpx

from custodian.server import TIMEOUT, ServerAway, ServerRefused

MOST_BYTES = 1 << 16


class LogServer:
    """One log over HTTP; everybody may read it, only cosignatures need a token."""

    def __init__(self, address: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=address, timeout=TIMEOUT, transport=transport)

    def key(self) -> str:
        """Return the key that the log says is its own."""
        return self._text("/api/v1/ledger/key").strip()

    def head(self, size: int | None = None) -> str:
        """Return the newest signed head, or the one of a size, with the cosignatures on it."""
        return self._text("/api/v1/ledger/checkpoint" + ("" if size is None else f"?size={size}"))

    def proofs(self, first: int, second: int) -> dict[str, list[str]]:
        """Return the consistency proofs between two sizes by hash; nothing where the log has none to offer."""
        response = self._asked("GET", f"/api/v1/ledger/consistency?first={first}&second={second}")
        if response.status_code in (404, 422):
            return {}
        answer = self._answer(response)
        return {name: path for name, path in answer.items() if isinstance(path, list)}

    def cosign(self, size: int, line: str, *, token: str) -> None:
        """Hand in a cosignature. :raises ServerRefused: it is not taken"""
        headers = {"Authorization": f"Bearer {token}"}
        response = self._asked("POST", "/api/v1/witness/cosignatures", {"size": size, "line": line}, headers)
        if response.status_code in (401, 403, 404, 409, 422):
            raise ServerRefused(f"{response.status_code} {response.text[:200]}")
        self._answer(response)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _text(self, path: str) -> str:
        response = self._asked("GET", path)
        if response.status_code != httpx.codes.OK:
            raise ServerAway(f"{path}: {response.status_code}")
        return response.text

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError as error:
            raise ServerAway(f"{response.url}: not JSON") from error
        if response.status_code != httpx.codes.OK or not isinstance(answer, dict):
            raise ServerAway(f"{response.url}: {response.status_code}")
        return answer

    def _asked(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            response = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise ServerAway(f"{method} {path}: {error}") from error
        if len(response.content) > MOST_BYTES:
            raise ServerAway(f"{method} {path}: {len(response.content)} bytes")
        return response
