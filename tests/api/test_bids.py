"""Bids over HTTP: the whole way, and every kind of hostile input answered with reasons instead of an error."""

import base64
import hashlib
import json

import pytest
from django.test import Client

from tendering.models import Bid, Upload
from tendering.operations.close_lot import close_lot
from tendering.operations.start_opening import start_opening
from tests.full_disk import full_beyond

RAW = "application/octet-stream"


def upload(client, tender, file):
    header, chunks, trailer = file.parts()
    begun = client.post(f"/api/v1/lots/{tender.lot.code}/uploads", header, content_type=RAW).json()
    for number, chunk in enumerate(chunks):
        at = f"/api/v1/uploads/{begun['upload']}/chunks/{number}"
        answer = client.put(at, chunk, content_type=RAW, headers={"X-Leaf": file.leaf(chunk)})
        assert answer.json() == {"received": number}
    return begun, client.post(f"/api/v1/uploads/{begun['upload']}/complete", trailer, content_type=RAW)


def test_a_bid_travels_from_the_package_to_the_receipt(tender, client_of):
    bidder = tender.cast.bidders[0]
    client = client_of(bidder)
    file = tender.seal(bidder, size=2_500_000)
    package = client.get(f"/api/v1/lots/{tender.lot.code}/package").json()
    assert (package["bidder"], package["sequence"]) == (bidder.organisation.uscc, 1)
    assert package["parameters"]["body"]["lot"] == tender.lot.code
    begun, done = upload(client, tender, file)
    assert (begun["count"], begun["received"]) == (3, [])
    assert done.status_code == 200
    assert done.json()["statement"]["body"]["bid_digest"] == file.digest
    state = client.get(f"/api/v1/uploads/{begun['upload']}").json()
    assert (state["state"], state["received"]) == ("completed", [0, 1, 2])
    again = client.post(f"/api/v1/uploads/{begun['upload']}/complete", file.parts()[2], content_type=RAW)
    assert again.json() == done.json()


def test_release_and_rescue_over_http(tender, client_of, hands):
    players = tender.cast.bidders[:3]
    files = [tender.bid(player)[0] for player in players]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    base = f"/api/v1/lots/{tender.lot.code}/bids"
    client = client_of(players[0])
    assert client.get(f"{base}/{files[0].digest}/header").content == files[0].parts()[0]
    index, share = files[0].share()
    body = json.dumps({"index": index, "share": base64.b64encode(share).decode()})
    assert client.post(f"{base}/{files[0].digest}/release", body, content_type="application/json").status_code == 200
    wrong = json.dumps({"index": index, "share": base64.b64encode(bytes(32)).decode()})
    refused = client_of(players[1]).post(f"{base}/{files[1].digest}/release", wrong, content_type="application/json")
    assert (refused.status_code, refused.json()["refused"][0]["check"]) == (409, "share_commitment")
    asked = client_of(players[1]).post(f"{base}/{files[1].digest}/rescue", "{}", content_type="application/json")
    assert asked.status_code == 200
    other = client_of(players[1]).post(f"{base}/{files[0].digest}/release", body, content_type="application/json")
    assert other.status_code == 404


def test_strangers_and_the_public_are_turned_away(tender, client_of):
    file = tender.seal(tender.cast.bidders[0])
    address = f"/api/v1/lots/{tender.lot.code}/uploads"
    assert Client().post(address, file.parts()[0], content_type=RAW).status_code == 401
    for player in (tender.cast.centre, tender.cast.agency, tender.cast.experts[0]):
        answer = client_of(player).post(address, file.parts()[0], content_type=RAW)
        assert answer.status_code in (403, 404)
        assert answer.json()["refused"]
    rival = client_of(tender.cast.bidders[1]).post(address, file.parts()[0], content_type=RAW)
    assert rival.json()["refused"][0]["check"] == "bidder"
    assert not Upload.objects.exists()


def test_a_session_without_its_csrf_token_writes_nothing(tender, client_of):
    file = tender.seal(tender.cast.bidders[0])
    client = client_of(tender.cast.bidders[0], enforce_csrf_checks=True)
    answer = client.post(f"/api/v1/lots/{tender.lot.code}/uploads", file.parts()[0], content_type=RAW)
    assert answer.status_code == 403
    assert not Upload.objects.exists()


HOSTILE = [b"", b"{", b"[" * 100_000, b'{"a":1,"a":2}', b"\xff\xfe", b'{"index": 1.5}', b'{"index": "1", "share": 1}']
HOSTILE += [b'{"index": 1, "share": "\\u0000"}', b"null", b'{"index": 1, "share": "!!!!"}']


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bodies_are_refused_never_an_error(tender, client_of, hands, body):
    bidder = tender.cast.bidders[0]
    file, _ = tender.bid(bidder)
    client = client_of(bidder)
    client.raise_request_exception = False
    code = tender.lot.code
    for address in (f"lots/{code}/uploads", f"lots/{code}/bids/{file.digest}/copy", "certificates"):
        answer = client.post(f"/api/v1/{address}", body, content_type=RAW)
        assert answer.status_code in (409, 413, 422), (address, answer.content)
        assert answer.json()["refused"]
    hands.to(tender.lot.deadline_at)
    for action in ("release", "rescue"):
        answer = client.post(f"/api/v1/lots/{code}/bids/{file.digest}/{action}", body, content_type=RAW)
        assert answer.status_code in (403, 409, 413, 422)


@pytest.mark.parametrize(
    "address",
    [
        "lots/%00/package",
        "lots/E1%20or%201=1/package",
        "lots/../package",
        "uploads/not-a-uuid",
        "uploads/00000000-0000-0000-0000-000000000000",
        "lots/X/bids/zz/header",
        "ledger?after=999999999999999999999999&limit=99999999999",
        "ledger?after=x",
        "nothing",
    ],
)
def test_hostile_addresses_are_answered_calmly(tender, client_of, address):
    client = client_of(tender.cast.bidders[0])
    client.raise_request_exception = False
    assert client.get(f"/api/v1/{address}").status_code in (200, 404, 422)


def test_wrong_chunks_are_refused_with_their_check(tender, client_of):
    bidder = tender.cast.bidders[0]
    client, file = client_of(bidder), tender.seal(bidder)
    header, (chunk,), _ = file.parts()
    begun = client.post(f"/api/v1/lots/{tender.lot.code}/uploads", header, content_type=RAW).json()
    base = f"/api/v1/uploads/{begun['upload']}/chunks"
    for at, body, leaf, check in (
        (f"{base}/7", chunk, file.leaf(chunk), "chunk_number"),
        (f"{base}/99999999999999999999999", chunk, file.leaf(chunk), "chunk_number"),
        (f"{base}/0", chunk[:-1], file.leaf(chunk), "chunk_length"),
        (f"{base}/0", chunk, "", "leaf"),
        (f"{base}/0", chunk, "zz", "leaf"),
        (f"{base}/0", bytes(3 << 20), "00" * 32, "body_size"),
    ):
        answer = client.put(at, body, content_type=RAW, headers={"X-Leaf": leaf})
        assert answer.json()["refused"][0]["check"] == check
    early = client.post(f"/api/v1/uploads/{begun['upload']}/complete", b"{}", content_type=RAW)
    assert early.status_code == 409
    assert not Bid.objects.exists()


def test_a_file_sealed_offline_is_uploaded_with_plain_checksums(tender, client_of):
    """A browser has no SM3: chunks of a file of the other suite are held by SHA-256 on their way."""
    bidder = tender.cast.bidders[0]
    client, file = client_of(bidder), tender.seal(bidder)
    header, chunks, trailer = file.parts()
    upload = client.post(f"/api/v1/lots/{tender.lot.code}/uploads", header, content_type=RAW).json()["upload"]
    for number, chunk in enumerate(chunks):
        at, sound = f"/api/v1/uploads/{upload}/chunks/{number}", hashlib.sha256(chunk).hexdigest()
        for wrong in ({}, {"X-Chunk-SHA256": "00" * 32}, {"X-Chunk-SHA256": "zz"}):
            refused = client.put(at, chunk, content_type=RAW, headers=wrong)
            assert refused.status_code in (409, 422), wrong
        assert client.put(at, chunk, content_type=RAW, headers={"X-Chunk-SHA256": sound}).status_code == 200
    done = client.post(f"/api/v1/uploads/{upload}/complete", trailer, content_type=RAW)
    assert done.json()["statement"]["body"]["bid_digest"] == file.digest


def test_a_huge_content_length_is_refused_before_reading(tender, client_of):
    client = client_of(tender.cast.bidders[0])
    answer = client.generic(
        "POST", f"/api/v1/lots/{tender.lot.code}/uploads", b"x", content_type=RAW, CONTENT_LENGTH="999999999999"
    )
    assert answer.status_code == 413


def test_the_feed_shows_faces_only_of_what_is_secret(tender):
    tender.bid(tender.cast.bidders[0])
    rows = Client().get("/api/v1/ledger").json()["entries"]
    assert rows[-1]["body"] is None
    assert rows[-1]["leaf"]
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert Client().get("/api/v1/ledger/checkpoint").content.decode().startswith("gongheng.local/log\n")
    assert Client().get("/api/v1/clock").json()["now"].startswith("2026-03-02T01:00:00")


def test_every_operation_names_its_act():
    from api.access import guarded
    from api.v1 import api

    found = list(guarded(api))
    assert len(found) >= 19
    assert [row for row in found if row.act is None] == []


@pytest.mark.parametrize("reason", ['"\\ud800"', '"\\u0000"'])
def test_a_text_that_cannot_be_kept_is_refused_before_anything_is_asked(tender, client_of, hands, reason):
    made = tender.opened_window(hands)
    address = f"/api/v1/lots/{tender.lot.code}/bids/{made[0][0].digest}/rescue"
    client = client_of(tender.cast.bidders[0])
    answer = client.post(address, f'{{"reason": {reason}}}', content_type="application/json")
    assert (answer.status_code, answer.json()["refused"][0]["check"]) == (422, "json")
    assert "opening.rescue_asked" not in tender.kinds()


def test_a_package_is_for_an_envelope_that_exists(tender, client_of):
    client = client_of(tender.cast.bidders[0])
    answer = client.get(f"/api/v1/lots/{tender.lot.code}/package?envelope=second")
    assert (answer.status_code, "envelope" in answer.json()["refused"][0]["reason"]) == (422, True)


@pytest.mark.parametrize("length", ["²", "9" * 5000])
def test_a_length_that_is_no_number_is_refused(tender, client_of, length):
    client = client_of(tender.cast.bidders[0])
    address = f"/api/v1/lots/{tender.lot.code}/uploads"
    assert client.post(address, b"x", content_type=RAW, CONTENT_LENGTH=length).status_code == 413


def test_a_full_disk_is_told_as_one_so_that_the_page_waits_and_goes_on(tender, client_of):
    bidder = tender.cast.bidders[0]
    client, file = client_of(bidder), tender.seal(bidder)
    header, (chunk,), _ = file.parts()
    begun = client.post(f"/api/v1/lots/{tender.lot.code}/uploads", header, content_type=RAW).json()
    put = {"path": f"/api/v1/uploads/{begun['upload']}/chunks/0", "data": chunk, "content_type": RAW}
    with full_beyond(len(header) + len(chunk) - 1):
        full = client.put(**put, headers={"X-Leaf": file.leaf(chunk)})
    assert (full.status_code, full.json()["refused"][0]["check"]) == (507, "storage_full")
    assert client.put(**put, headers={"X-Leaf": file.leaf(chunk)}).json() == {"received": 0}
