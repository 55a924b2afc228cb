"""Bids over HTTP: package, uploads and chunks, final submission, withdrawal, release, rescue, a saved copy."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from api import bodies
from api.access import access, actor_of, digest_named, lot_named, upload_subject
from identity.policy import Act
from identity.queries import revocation_lists, trust_root
from lawbook.reasons import Reason
from ledger import clock
from sealing.fields import ENVELOPES, format_time
from sealing.header import MOST_HEADER
from sealing.padding import CHUNK
from sealing.trailer import MOST_TRAILER
from suites.base64_text import from_base64, to_base64
from tendering import bid_queries, queries
from tendering.models import Bid, Upload
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.complete_bid import complete_bid
from tendering.operations.hand_in_copy import hand_in_copy
from tendering.operations.release_share import release_share
from tendering.operations.start_copy import start_copy
from tendering.operations.start_upload import start_upload
from tendering.operations.store_chunk import store_chunk
from tendering.operations.withdraw_bid import withdraw_bid

MOST_TAG = 64
router = Router(tags=["bids"])


@router.get("/lots/{lot}/package")
@access(Act.PREPARE_BID)
def package(request: HttpRequest, lot: str, envelope: str = "whole") -> dict[str, Any]:
    """What a client needs to seal: the agency's signed parameters, the custodians' keys, the pinned root."""
    row = lot_named(lot)
    if envelope not in ENVELOPES:
        raise bodies.BadBody([Reason("field", bodies.MISSING, values={"name": "envelope"})])
    signed = queries.parameters_in_force(row)
    terms = bid_queries.terms(row, actor_of(request), envelope=envelope)
    return {
        "parameters": signed.statement,
        "recipients": signed.recipients,
        "root": trust_root(row.suite),
        "crls": [to_base64(der) for der in revocation_lists(row.suite, now=clock.now())],
        "tender": terms.tender,
        "lot": terms.lot,
        "envelope": envelope,
        "document_hash": terms.document_hash,
        "deadline": format_time(terms.deadline_at),
        "suite": terms.suite,
        "sequence": terms.next_sequence,
        "bidder": terms.bidder,
    }


@router.post("/lots/{lot}/uploads")
@access(Act.UPLOAD_BID)
def begin_upload(request: HttpRequest, lot: str) -> dict[str, Any]:
    """Begin or resume an upload: the body is the sealed file's header."""
    header = bodies.raw(request, most=MOST_HEADER)
    return _told(start_upload(lot_code=lot, header=header, actor=actor_of(request)))


@router.get("/uploads/{upload_id}")
@access(Act.UPLOAD_BID, upload_subject)
def upload_state(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """What of an upload has arrived."""
    return _told(bid_queries.own_upload(upload_id, actor_of(request)))


@router.put("/uploads/{upload_id}/chunks/{number}")
@access(Act.UPLOAD_BID, upload_subject)
def put_chunk(request: HttpRequest, upload_id: UUID, number: int) -> dict[str, int]:
    """One chunk with its tag; `X-Leaf` is its leaf hash in hex, or `X-Chunk-SHA256` the chunk's own."""
    chunk = bodies.raw(request, most=CHUNK + MOST_TAG)
    told = {"leaf": request.headers.get("X-Leaf", ""), "sha256": request.headers.get("X-Chunk-SHA256", "")}
    received = store_chunk(upload_id=upload_id, number=number, chunk=chunk, actor=actor_of(request), **told)
    return {"received": received}


@router.post("/uploads/{upload_id}/complete")
@access(Act.UPLOAD_BID, upload_subject)
def complete(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """The final submission: the body is the trailer; the answer is the signed receipt and its evidence."""
    trailer, actor = bodies.raw(request, most=MOST_TRAILER), actor_of(request)
    copy = bid_queries.own_upload(upload_id, actor).copy_of_id is not None
    operation = hand_in_copy if copy else complete_bid
    receipt: dict[str, Any] = operation(upload_id=upload_id, trailer=trailer, actor=actor).receipt
    return receipt


@router.get("/lots/{lot}/bids/{digest}/header")
@access(Act.READ_OWN_BID)
def header(request: HttpRequest, lot: str, digest: str) -> HttpResponse:
    """The header of one's own bid, byte for byte, to take one's share out of it."""
    bid = bid_queries.own_bid(lot_named(lot), digest_named(digest), actor_of(request))
    return HttpResponse(bid_queries.header_on_record(bid).raw, content_type="application/octet-stream")


@router.post("/lots/{lot}/bids/{digest}/withdraw")
@access(Act.WITHDRAW_BID)
def withdraw(request: HttpRequest, lot: str, digest: str) -> dict[str, str]:
    """Take one's bid back before the deadline: the body is the signed statement `bid.withdrawal`."""
    told = bodies.json_object(request)
    bid = withdraw_bid(lot_code=lot, bid_digest=digest_named(digest), statement=told, actor=actor_of(request))
    return _state(bid)


@router.post("/lots/{lot}/bids/{digest}/release")
@access(Act.RELEASE_SHARE)
def release(request: HttpRequest, lot: str, digest: str) -> dict[str, Any]:
    """Hand over one's share: `{"index", "share"}`, the share in base64."""
    body = bodies.json_object(request)
    try:
        share = from_base64(bodies.text(body, "share", most=64))
    except ValueError as error:
        raise bodies.BadBody([bodies.NOT_JSON]) from error
    released = release_share(
        lot_code=lot,
        bid_digest=digest_named(digest),
        index=bodies.number(body, "index"),
        share=share,
        actor=actor_of(request),
    )
    return {"bid_digest": digest, "group": released.group, "index": released.index}


@router.post("/lots/{lot}/bids/{digest}/rescue")
@access(Act.ASK_RESCUE)
def rescue(request: HttpRequest, lot: str, digest: str) -> dict[str, str]:
    """Ask the custodians to open one's bid: `{"reason"}`."""
    reason = bodies.text(bodies.json_object(request), "reason", most=2000, optional=True)
    asked = ask_rescue(lot_code=lot, bid_digest=digest_named(digest), reason=reason, actor=actor_of(request))
    return {"bid_digest": digest, "asked_at": format_time(asked.asked_at)}


@router.post("/lots/{lot}/bids/{digest}/copy")
@access(Act.UPLOAD_BID)
def copy(request: HttpRequest, lot: str, digest: str) -> dict[str, Any]:
    """Begin to hand in the saved copy of a bid whose stored file is damaged: the body is its header."""
    raw = bodies.raw(request, most=MOST_HEADER)
    return _told(start_copy(lot_code=lot, bid_digest=digest_named(digest), header=raw, actor=actor_of(request)))


def _told(upload: Upload) -> dict[str, Any]:
    return {
        "upload": str(upload.public_id),
        "count": upload.count,
        "chunk_size": CHUNK,
        "received": bid_queries.received_chunks(upload),
        "state": upload.state,
    }


def _state(bid: Bid) -> dict[str, str]:
    return {"bid_digest": bid.bid_digest, "state": bid.state}
