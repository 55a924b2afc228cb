"""The log's proofs over HTTP: an outsider with nothing but the answers verifies them under both hashes."""

from datetime import UTC, datetime

import pytest
from django.test import Client

import ledger
from ledger import heads, notes, tree
from ledger.models import Entry

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
BASE = "/api/v1/ledger"


@pytest.fixture
def log(db):
    for number in range(11):
        ledger.append("lot.announced", lot="L1", at=AT, payload={"n": number})
        if number in (4, 10):
            ledger.checkpoint()


def _asked(path):
    answer = Client().get(f"{BASE}/{path}")
    return answer.status_code, answer


def _signed(size=None):
    _, answer = _asked("checkpoint" + ("" if size is None else f"?size={size}"))
    name, public = notes.parsed_key(_asked("key")[1].content.decode().strip())
    return notes.verified_checkpoint(answer.content.decode(), name, public)


def _roots(signed):
    return {"sha256": signed.root, "sm3": signed.root_sm3}


def test_two_signed_heads_are_shown_to_be_consistent(log):
    old, new = _signed(5), _signed()
    proofs = _asked("consistency?first=5&second=11")[1].json()
    for name, hashed in tree.HASHES.items():
        path = [bytes.fromhex(node) for node in proofs[name]]
        assert tree.consistent((5, _roots(old)[name]), (11, _roots(new)[name]), path, hashed)
        assert not tree.consistent((5, _roots(new)[name]), (11, _roots(new)[name]), path, hashed)


@pytest.mark.parametrize("index", [0, 4, 10])
def test_a_leaf_of_the_feed_is_shown_to_be_included(log, index):
    row = Client().get(f"{BASE}?after={index - 1}&limit=1").json()["entries"][0]
    proofs = _asked(f"inclusion?index={index}&size=11")[1].json()
    for name, column in (("sha256", "leaf"), ("sm3", "leaf_sm3")):
        path = [bytes.fromhex(node) for node in proofs[name]]
        leaf, root = bytes.fromhex(row[column]), _roots(_signed())[name]
        assert tree.included(leaf, index, 11, path=path, root=root, hashed=tree.HASHES[name])


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint?size=3",
        "checkpoint?size=-1",
        f"checkpoint?size={10**30}",
        "consistency?first=0&second=5",
        "consistency?first=6&second=5",
        "consistency?first=1&second=12",
        f"consistency?first=1&second={10**30}",
        "consistency?first=-5&second=-1",
        "inclusion?index=11&size=11",
        "inclusion?index=-1&size=11",
        "inclusion?index=0&size=12",
        f"inclusion?index={10**30}&size={10**31}",
    ],
)
def test_what_there_is_not_is_not_found(log, path):
    assert _asked(path)[0] == 404


@pytest.mark.parametrize(
    "path", ["consistency", "inclusion?index=x&size=1", "checkpoint?size=x", "consistency?first=1"]
)
def test_bad_questions_are_refused_in_words(log, path):
    status, answer = _asked(path)
    assert status == 422 and answer.json()["refused"]


def test_the_key_is_the_one_that_signs(log):
    assert _asked("key")[1].content.decode() == f"{heads.verifier_key()}\n"
    assert _asked("anchors")[1].json() == {"anchors": []}
    assert Entry.objects.count() == 11
