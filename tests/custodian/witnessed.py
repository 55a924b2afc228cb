"""The witness and the log that it looks at, for its tests."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.test import Client

import ledger
from custodian.witness import Witness
from custodian.witness_home import WitnessHome
from custodian.witness_log import LogServer
from ledger import heads, tree

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NAME = "regulator.example"
ROOT = Path(__file__).resolve().parents[2]


def grow(size):
    """Append until the log has so many entries; the witness's registration was the first."""
    for number in range(ledger.head()["size"], size):
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number})


def transport(change=None):
    """Into the URL configuration; `change(path, status, text)` is a dishonest log's hand."""
    client = Client()

    def answered(request):
        path = request.url.raw_path.decode()
        token = request.headers.get("Authorization", "")
        headers = {"Authorization": token} if token else {}
        response = client.generic(
            request.method, path, request.content, content_type="application/json", headers=headers
        )
        status, text = response.status_code, response.content.decode()
        if change:
            status, text = change(path, status, text)
        return httpx.Response(status, text=text)

    return httpx.MockTransport(answered)


@pytest.fixture
def witness_of(db, tmp_path):
    """`witness_of(change=…)`: the registered witness with its home; called again, it starts anew in that home."""

    def made(*, change=None, pinned=True):
        home = WitnessHome(tmp_path / "witness", name=NAME)
        if not home.token:
            call_command("register_witness", home.verifier, organisation="监督部门", stdout=Into(home.folder / "token"))
        if pinned:
            home.pin(heads.verifier_key())
        return Witness(home, LogServer("http://testserver", transport=transport(change)))

    made()
    (tmp_path / "witness" / "log-key").unlink()
    return made


class Into:
    def __init__(self, path):
        self._path = path

    def write(self, text):
        self._path.write_text(text)


class Rewritten:
    """A dishonest log: signs and proves another history of its own, with the true key."""

    def __init__(self, leaves):
        self.leaves = dict.fromkeys(tree.HASHES, leaves)

    def note(self, size):
        roots = {name: tree.root(self.leaves[name][:size], tree.HASHES[name]) for name in tree.HASHES}
        return heads.signed_head(size, roots["sha256"].hex(), roots["sm3"].hex())

    def __call__(self, path, status, text):
        if path.startswith("/api/v1/ledger/checkpoint"):
            return 200, self.note(len(self.leaves["sm3"]))
        if path.startswith("/api/v1/ledger/consistency"):
            first, second = (int(part.split("=")[1]) for part in path.split("?")[1].split("&"))
            paths = {n: tree.consistency_path(self.leaves[n][:second], first, tree.HASHES[n]) for n in tree.HASHES}
            return 200, json.dumps({name: [node.hex() for node in path] for name, path in paths.items()})
        return status, text


def run(log, folder, *more):
    """The program as it is run, over real HTTP; it must not load Django."""
    code = (
        "import runpy, sys\n"
        "try: runpy.run_module('custodian.witness', run_name='__main__')\n"
        "finally: assert 'django' not in sys.modules"
    )
    argv = [sys.executable, "-c", code, "--log", log, "--home", str(folder), "--name", NAME, "--once", *more]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
