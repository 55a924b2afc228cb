"""Requests that nobody types: whatever they hold, the answer is a refusal and never an error of the server.

One line a request. The folder runs on PostgreSQL too, which refuses texts and numbers that SQLite takes.
"""

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from evaluation.operations.save_sheet import save_sheet
from lawbook import scheme
from tendering.operations.start_upload import start_upload
from tests.lots import make_accepted, make_draft
from tests.opened_lot import start
from tests.undone import undone

FORM, RAW, JSON = "application/x-www-form-urlencoded", "application/octet-stream", "application/json"
DIGITS, DEEP = "9" * 5000, "[" * 100_000
DIGEST = "0" * 64
ZEROS = "%00"


@dataclass(frozen=True)
class Request:
    """Who sends what; `{places}` of the address stand for the lots of the world; a mapping as body is a form."""

    role: str
    method: str
    path: str
    body: Any = b""
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.path} {str(self.headers or self.body)[:60]}"

    def send(self, world: dict[str, Any]) -> int:
        """Return the status of the answer, and undo whatever the request wrote."""
        body = urlencode(self.body) if isinstance(self.body, dict) else self.body
        client, person = Client(raise_request_exception=False), world["people"].get(self.role)
        if person is not None:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        with undone():
            address = self.path.format(**world)
            return client.generic(self.method, address, body, content_type=self.kind, **self.headers).status_code


def get(role: str, *paths: str) -> list[Request]:
    return [Request(role, "GET", path) for path in paths]


def post(role: str, path: str, *bodies: Any, kind: str = FORM, **headers: str) -> list[Request]:
    return [Request(role, "POST", path, body, kind, headers) for body in bodies]


def put(role: str, path: str, *bodies: Any, **headers: str) -> list[Request]:
    return [Request(role, "PUT", path, body, RAW, headers) for body in bodies]


SIGNED = {"deadline_at": "2026-12-08T15:00:00", "recipients": "[]"}
STATEMENTS = (DEEP, DIGITS, '{"a": "\\u0000"}', '"\\ud800"', "1.5", "nothing", '{"body": 1}', "[]")
INSTANTS = ("0001-01-01T00:00:00", "9999-12-31T23:59:59", "\0", DIGITS)
JSON_BODIES = (
    DEEP,
    DIGITS,
    '{"reason": "\\ud800"}',
    '{"reason": "\\u0000"}',
    '{"reason": 1}',
    "\ud800".encode("utf-8", "surrogatepass"),
)
SHEETS = (
    DEEP,
    DIGITS,
    f'{{"version": {DIGITS}, "patch": {{}}}}',
    f'{{"version": {"9" * 40}, "patch": {{}}}}',
    '{"version": 0, "patch": {"0": {"form_letter": {"value": "fail", "reason": "\\u0000"}}}}',
    '{"version": 0, "patch": {"\\u0000": {"\\ud800": {}}}}',
    f'{{"version": 0, "marks": {"[" * 500 + "]" * 500}}}',
)
VERSIONS = (DIGITS, "²", "-1", "\0", "9" * 40)

PAGES = [
    *get(
        "anonymous", f"/hall/{ZEROS}/", f"/hall/{ZEROS}/state.json", f"/lots/{ZEROS}/", f"/lots/{{announced}}{ZEROS}/"
    ),
    *get(
        "anonymous", f"/evidence/?lot={ZEROS}", f"/evidence/?{ZEROS}=1", f"/lots/?text={ZEROS}", f"/client/{ZEROS}.pem"
    ),
    *get("anonymous", "/lots/?date_to=9999-12-31", "/lots/?date_from=0001-01-01", "/lots/?date_to=0001-01-01"),
    *get(
        "anonymous",
        "/lots/?dates_of=deadline&date_from=9999-12-31",
        f"/lots/?page={DIGITS}",
        "/lots/?amount_from=1e999999",
    ),
    *get("anonymous", "/lots/{announced}/notices/99999999999999999999/", f"/lots/{{announced}}/notices/{DIGITS}/"),
    *get(
        "anonymous",
        "/notices/?date_to=9999-12-31",
        f"/notices/?page={DIGITS}",
        "/lots/%ff/",
        "/evidence/?lot=%ed%a0%80",
    ),
    *get(
        "anonymous", "/api/v1/ledger?after=99999999999999999999999", f"/api/v1/ledger/inclusion?index={DIGITS}&size=1"
    ),
    *get(
        "centre", "/centre/lots/?date_to=9999-12-31", "/centre/lots/?date_from=0001-01-01", f"/centre/experts/{ZEROS}/"
    ),
    *get("regulator", f"/regulator/evidence/?lot={ZEROS}", "/regulator/lots/?date_to=9999-12-31"),
    *get("bidder", f"/bidder/lots/{ZEROS}/prepare/", f"/bidder/lots/{{announced}}/receipt/{ZEROS}/"),
    *get("bidder", f"/bidder/lots/{{announced}}/documents/{ZEROS}/", f"/lots/{{announced}}/documents/{ZEROS}"),
    *get("bidder", f"/api/v1/lots/{{announced}}/package?envelope={ZEROS}", f"/api/v1/lots/{ZEROS}/package"),
    *get("bidder", "/api/v1/lots/{announced}/package?envelope=none", f"/api/v1/lots/{{announced}}/bids/{ZEROS}/header"),
    *post("bidder", "/role/", {"choice": DIGITS}, {"choice": "²"}, {"choice": "\0"}),
    *post("anonymous", "/sign-in/", {"username": "\0", "password": "\0"}, {"username": DIGITS, "password": "1"}),
]
PURCHASERS = [
    *post("agency", "/purchaser/lots/{accepted}/announce/", *({**SIGNED, "statement": text} for text in STATEMENTS)),
    *post("agency", "/purchaser/lots/{accepted}/announce/", *({**SIGNED, "recipients": text} for text in STATEMENTS)),
    *post("agency", "/purchaser/lots/{accepted}/announce/", *({"deadline_at": text} for text in INSTANTS)),
    *post(
        "agency",
        "/purchaser/lots/{accepted}/announce/",
        *({"deadline_at": text} for text in INSTANTS),
        HTTP_X_REQUESTED_WITH="sign",
    ),
    *post(
        "agency",
        "/purchaser/lots/{draft}/edit/",
        *({"name": "一标段", "planned_deadline_at": text} for text in INSTANTS),
    ),
    *post("agency", "/purchaser/lots/{draft}/edit/", {"name": "\0", "estimate_yuan": DIGITS, "threshold": DIGITS}),
]
CHUNK = "/api/v1/uploads/{upload}/chunks/0"
UPLOADS = [
    *put("bidder", CHUNK, b"1", HTTP_X_CHUNK_SHA256="é"),
    *put("bidder", CHUNK, b"1", HTTP_X_CHUNK_SHA256=DIGITS),
    *put("bidder", CHUNK, b"1", HTTP_X_LEAF="é"),
    *put("bidder", CHUNK, b"1", CONTENT_LENGTH="²"),
    *put("bidder", CHUNK, b"1", CONTENT_LENGTH=DIGITS),
    *put("bidder", "/api/v1/uploads/{upload}/chunks/99999999999999999999", b"1", HTTP_X_LEAF=DIGEST),
    *post("bidder", "/api/v1/lots/{announced}/uploads", b"", b"\0", DEEP.encode(), kind=RAW),
]
EXPERTS = [
    *post("member", "/expert/{evaluating}/save/", *SHEETS, kind=JSON),
    *post(
        "member",
        "/expert/{evaluating}/mark/",
        *({"version": text, "item": "form_letter", "bid": "none"} for text in VERSIONS),
    ),
    *post("member", "/expert/{evaluating}/mark/", {"version": "0", "item": "\0", "bid": "\0"}, {"reason": "\0"}),
    *post("member", "/expert/{evaluating}/submit/", *({"version": text} for text in VERSIONS), {"phase": "\0"}),
    *post("member", "/expert/{evaluating}/recuse/", {"reason": "\0"}, {"reason": "有\0"}),
    *post("member", "/expert/{evaluating}/vote/", {"seat": DIGITS}, {"seat": "9" * 40}),
    *post("member", "/expert/{evaluating}/draft/", {}, {"reason": "\0"}),
    *post("member", "/expert/{evaluating}/sign/", {}, {"dissent": "\0"}),
    *post("member", "/expert/{evaluating}/explain/", {}, {"bid": "\0", "item": "\0", "text": "\0"}),
    *get(
        "member",
        f"/expert/{{evaluating}}/items/{ZEROS}/{ZEROS}/",
        "/expert/{evaluating}/bids/{bid}/99999999999999999999/",
    ),
    *get("member", f"/expert/{{evaluating}}/bids/{{bid}}/1/pages/{'9' * 4000}.jpg"),
]
OPENING = "/api/v1/lots/{announced}/bids/{sealed}"
SHARES = (
    '{"index": 99999999999999999999, "share": ""}',
    '{"index": 0, "share": "é"}',
    '{"index": 0, "share": "\\ud800"}',
)
WINDOW = [
    *post("bidder", f"{OPENING}/rescue", *JSON_BODIES, kind=JSON),
    *post("bidder", f"{OPENING}/release", *JSON_BODIES, *SHARES, kind=JSON),
]


@pytest.fixture
def quiet(monkeypatch):
    """Refusals are what is expected here."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


def people(cast) -> dict[str, Any]:
    named = {"bidder": cast.bidders[0], "agency": cast.agency, "centre": cast.centre, "regulator": cast.regulator}
    return {name: player.person for name, player in named.items()}


def faults(requests: list[Request], world: dict[str, Any]) -> list[str]:
    """Return every request that the server could not answer, with its status."""
    answers = [(request, request.send(world)) for request in requests]
    return [f"{status}: {request}" for request, status in answers if status >= 500]


def test_no_hostile_request_to_the_public_and_bidders_pages_is_an_error(tender, quiet):
    bidder, lot = tender.cast.bidders[0], tender.lot.code
    header = tender.seal(bidder).parts()[0]
    upload = start_upload(lot_code=lot, header=header, actor=bidder.actor)
    world = {"people": people(tender.cast), "announced": lot, "upload": upload.public_id}
    assert faults(PAGES + UPLOADS, world) == []


def test_no_hostile_request_to_the_opening_is_an_error(tender, hands, quiet):
    made = tender.opened_window(hands)
    world = {"people": people(tender.cast), "announced": tender.lot.code, "sealed": made[0][1].bid_digest}
    assert faults(WINDOW, world) == []


def test_no_hostile_request_to_the_purchasers_pages_is_an_error(cast, quiet):
    accepted, draft = make_accepted(cast, scheme=scheme("construction")).code, make_draft(cast).code
    assert faults(PURCHASERS, {"people": people(cast), "accepted": accepted, "draft": draft}) == []


def half_filled(opened) -> None:
    """Start the preliminary review and let one member judge one item."""
    start(opened)
    half = {opened.digests[0]: {"form_letter": {"value": "pass", "reason": "", "suggestion": ""}}}
    save_sheet(lot_code=opened.code, actor=opened.actors()[0], marks=half, version=0)


def test_no_hostile_request_to_the_committees_pages_is_an_error(opened, quiet):
    half_filled(opened)
    world = {"evaluating": opened.code, "bid": opened.digests[0], "people": {"member": opened.members()[0].person}}
    assert faults(EXPERTS, world) == []


@pytest.mark.parametrize("name", ["draft", "sign", "explain"])
def test_before_the_summary_its_acts_lead_back_to_the_room(client, opened, name):
    half_filled(opened)
    client.force_login(opened.members()[1].person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/expert/{opened.code}/{name}/", follow=True)
    assert answer.redirect_chain[0] == (f"/expert/{opened.code}/", 302)
    assert "还没有评审汇总" in answer.content.decode()
