"""A running client with its page, and what its browser sees."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealing.client.acts import Session
from sealing.client.desk import Desk
from sealing.client.serve import Client
from tests.client.stage import make_stage

MARKS = {
    "CPU_ID": ["BFEBFBFF000906EA"],
    "HARD_DISK_SERIAL_NUMBER": ["S4EVNF0M513377"],
    "MEMORY_SERIAL_NUMBER": [],
    "NET_ID": ["192.168.1.20"],
    "MAC_ADDRESS": ["00-1b-44-11-3a-b7"],
}


class Page:
    """What the page's script does: one act after the other."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def post(self, name: str, body: Any, **headers: str) -> tuple[int, Any]:
        told = {"Content-Type": "application/json", "Origin": self.client.origin} | headers
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.client.address}act/{name}", data, told)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def act(self, name: str, /, **body: Any) -> Any:
        status, told = self.post(name, body)
        assert status == 200, told
        return told

    def refused(self, name: str, /, **body: Any) -> list[str]:
        status, told = self.post(name, body)
        assert status == 409, told
        return [row["check"] for row in told["refused"]]


@pytest.fixture
def client() -> Iterator[Client]:
    running = Client(Session(Desk(machine=dict(MARKS))))
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def page(client: Client) -> Page:
    return Page(client)


@pytest.fixture(params=["GM-1", "INTL-1"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with package, root, a protected key, and documents, of either suite."""
    return make_stage(request.param).lay(tmp_path, passphrase="correct horse battery")
