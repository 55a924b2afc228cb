"""The agents' door: token, work that is due, signed answers."""

import ast
import json
from pathlib import Path

from django.db import transaction
from django.test import Client

import ledger
from custodian import decision
from identity.actor import CLOCK
from ledger.kinds import KINDS
from sealing import release_rule
from sealing.header import parse_header
from suites.base64_text import from_base64
from tendering import bid_queries
from tendering.models import Opening, ReleaseRefusal
from tendering.operations.end_window import end_window
from tests.sealed import own_keys


def agent(tender, name):
    return Client(headers={"Authorization": f"Bearer {tender.custodians[name][2]}"})


def test_without_a_token_there_is_no_door(tender):
    for client in (Client(), Client(headers={"Authorization": "Bearer nonsense"})):
        assert client.get("/api/v1/agent/work").status_code == 401


def test_hello_is_noted(tender, hands):
    body = json.dumps({"head": {"size": 3, "root": "ab" * 32}})
    answer = agent(tender, "centre").post("/api/v1/agent/hello", body, content_type="application/json")
    assert answer.json()["custodian"] == "centre"
    custodian = tender.custodians["centre"][0]
    custodian.refresh_from_db()
    assert custodian.last_seen_at == hands.at
    assert custodian.last_head["size"] == 3


def test_work_appears_when_custodians_act_and_goes_when_it_is_done(tender, hands):
    window = tender.opened_window(hands)
    client = agent(tender, "centre")
    assert client.get("/api/v1/agent/work").json()["lots"] == []
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    (lot,) = client.get("/api/v1/agent/work").json()["lots"]
    assert len(lot["bids"]) == 3
    assert {row["body"]["kind"] for row in lot["entries"]} >= {"lot.announced", "lot.closed", "opening.window_ended"}
    assert parse_header(from_base64(lot["bids"][0]["header"])).binding.lot == tender.lot.code
    statement = tender.custodian_statement("centre", window[0][1], at=hands.at)
    sent = client.post("/api/v1/agent/releases", json.dumps(statement), content_type="application/json")
    assert sent.json() == {"bid_digest": window[0][1].bid_digest, "matches": True}
    (lot,) = client.get("/api/v1/agent/work").json()["lots"]
    assert len(lot["bids"]) == 2


def test_an_agent_is_shown_what_its_decision_reads_and_neither_the_committee_nor_who_fetched_the_document(
    tender, hands
):
    tender.opened_window(hands)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    secret = ("committee.drawn", "member.pledged", "leader.elected", "document.fetched", "expert.enrolled")
    with transaction.atomic():
        for kind in secret:
            ledger.append(kind, lot=tender.lot.code, at=hands.at, payload={"logins": ["wang.expert"]}, actor=CLOCK)
    answer = agent(tender, "centre").get("/api/v1/agent/work")
    (lot,) = answer.json()["lots"]
    shown = {row["body"]["kind"] for row in lot["entries"]}
    assert shown <= bid_queries.AGENT_KINDS and {"bid.received", "lot.closed"} <= shown
    assert "wang.expert" not in answer.content.decode()


def test_the_kinds_shown_to_agents_are_exactly_those_that_their_decision_names():
    trees = [ast.parse(Path(module.__file__).read_text("utf-8")) for module in (release_rule, decision)]
    named = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {word for word in named if word in KINDS} == bid_queries.AGENT_KINDS


def test_another_custodians_statement_and_an_altered_one_are_refused(tender, hands):
    window = tender.opened_window(hands)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    statement = tender.custodian_statement("centre", window[0][1], at=hands.at)
    altered = json.loads(json.dumps(statement))
    altered["body"]["index"] = 3
    for name, body in (("regulator", statement), ("centre", altered), ("centre", {}), ("centre", {"body": []})):
        answer = agent(tender, name).post("/api/v1/agent/releases", json.dumps(body), content_type="application/json")
        assert answer.status_code in (404, 409)
        assert answer.json()["refused"]


def test_a_signed_refusal_is_stored_once(tender, hands):
    from sealing.releases import LedgerHead, sign_refusal

    window = tender.opened_window(hands)
    keys = own_keys(tender.custodians["centre"][1])
    statement = sign_refusal(
        keys,
        window[0][1].bid_digest,
        keys.kid,
        reason="clock: too early",
        ledger_head=LedgerHead(1, "00" * 32),
        at=hands.at,
    )
    for _ in range(2):
        answer = agent(tender, "centre").post(
            "/api/v1/agent/refusals", json.dumps(statement), content_type="application/json"
        )
        assert answer.status_code == 200
    assert ReleaseRefusal.objects.count() == 1
