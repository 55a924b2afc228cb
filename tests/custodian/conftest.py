"""Agents in their own homes, talking to the real API in this process."""

import httpx
import pytest
from django.test import Client

from custodian.agent import Agent
from custodian.home import read_home
from custodian.log import Log
from custodian.server import Server
from identity.queries import trust_root
from sealing.keys import write_keys
from tests.custodian.looping import rounds  # noqa: F401
from tests.custodian.witnessed import witness_of  # noqa: F401
from tests.operations.conftest import hands, tender  # noqa: F401
from tests.sealed import own_keys


def through_django(change=None):
    """A transport into the URL configuration; `change(path, answer)` is a dishonest server's hand."""
    client = Client()

    def answered(request: httpx.Request) -> httpx.Response:
        headers = {"Authorization": request.headers["Authorization"]}
        kind = request.headers.get("Content-Type", "application/json")
        path = request.url.raw_path.decode()
        response = client.generic(request.method, path, request.content, content_type=kind, headers=headers)
        body = response.json()
        return httpx.Response(response.status_code, json=change(path, body) if change else body)

    return httpx.MockTransport(answered)


@pytest.fixture
def agent_of(tender, hands, tmp_path):  # noqa: F811
    """`agent_of(name, change=…)`: the custodian's agent with its home; called again, it starts anew in that home."""

    def made(name, *, change=None, now=None):
        folder = tmp_path / "custodians" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            write_keys(own_keys(tender.custodians[name][1]), folder / f"{name}.key")
            (folder / "token").write_text(tender.custodians[name][2])
            (folder / "root.pem").write_text(trust_root())
        home = read_home(folder)
        server = Server("http://testserver", home.token, transport=through_django(change))
        agent = Agent(home, Log(folder, pinned=home.pinned_log), server, now or (lambda: hands.at))
        agent.greet()
        return agent

    return made
