"""The final submission: the lot's row, then the clock, the judgement, the durable file, the ledger, the receipt."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from sealing.header import Header
from sealing.trailer import Detached, check_trailer, root_from
from tendering import bid_queries, queries, receipts, sealed_store
from tendering.models import Bid, BidState, Lot, Upload, UploadState
from tendering.refusals import ActRefused, refuse_if
from tendering.seal_words import read_header, read_trailer, reason_for

INCOMPLETE = _("还有 {missing} 个分块没有收到，请继续上传。")
OVER = Reason("upload_over", _("这次上传已结束或被取代，请重新开始。"), "EB-27")


def complete_bid(*, upload_id: UUID, trailer: bytes, actor: Actor) -> Bid:
    """Take a sealed bid in whole and return it with its signed receipt; an earlier one in force is replaced (BL-29).

    The same again returns the same bid and receipt. A refusal for lateness or binding is recorded in the ledger.

    :raises ActRefused: chunks missing, altered, unsigned, signed by a stranger, wrongly bound, late, suspended
    :raises NotFound: no such upload of this organisation
    """
    upload = bid_queries.own_upload(upload_id, actor)
    if upload.bid is not None:
        return upload.bid
    try:
        with sealed_store.held(upload.public_id):
            fresh = bid_queries.own_upload(upload_id, actor)  # whoever held it before may have completed it
            return fresh.bid or _completed(fresh, trailer, actor)
    except FileNotFoundError as error:
        again = bid_queries.own_upload(upload_id, actor)  # the same submission in another request was faster
        if again.bid is not None:
            return again.bid
        raise ActRefused([OVER]) from error


def _completed(upload: Upload, trailer: bytes, actor: Actor) -> Bid:
    """The upload is held alone: nothing in its file changes until this is decided."""
    sealed = _sealed(upload, trailer)
    sealed_store.write_trailer(upload.public_id, sealed.header, trailer)
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=upload.lot_id)
        upload.refresh_from_db()
        if same := _same(upload, sealed, actor):
            return same
        reasons = bid_queries.intake_reasons(lot, sealed.header, actor=actor, now=now)
        reasons += bid_queries.certificate_reasons(sealed.trailer, actor)
        if upload.state != UploadState.RECEIVING:
            reasons.append(OVER)
        if reasons:
            payload = {"bid_digest": sealed.bid_digest, "reasons": [reason.code for reason in reasons]}
            ledger.append("bid.refused", lot=lot.code, at=now, payload=payload, actor=actor)
        else:
            bid = _taken_in(lot, upload, sealed, actor=actor, now=now)
    refuse_if(reasons)
    return bid


def _sealed(upload: Upload, raw: bytes) -> Detached:
    """Return header and trailer once every check holds that needs neither a key nor the lot."""
    header, trailer = read_header(bytes(upload.header)), read_trailer(raw)
    have = set(bid_queries.received_chunks(upload))
    if missing := header.count - len(have):
        raise ActRefused([Reason("incomplete", INCOMPLETE, "EB-27", {"missing": str(missing)})])
    root = root_from(header, sealed_store.leaves_of(upload.public_id))
    found = check_trailer(header, trailer, root=root, roots=bid_queries.trust_roots())
    refuse_if([reason_for(check) for check in dict.fromkeys(reason.check for reason in found)])
    return Detached(header, trailer)


def _same(upload: Upload, sealed: Detached, actor: Actor) -> Bid | None:
    """Return the bid that these very bytes already became, through this or another upload; none before."""
    if upload.bid is not None:
        return upload.bid
    return Bid.objects.filter(
        bid_digest=sealed.bid_digest, bidder_id=actor.organisation_id, state=BidState.RECEIVED
    ).first()


def _taken_in(lot: Lot, upload: Upload, sealed: Detached, *, actor: Actor, now: datetime) -> Bid:
    binding = sealed.header.binding
    in_force = Bid.objects.filter(
        lot=lot, bidder_id=actor.organisation_id, envelope=binding.envelope, state=BidState.RECEIVED
    )
    replaced = list(in_force.values_list("bid_digest", flat=True))
    in_force.update(state=BidState.REPLACED, ended_at=now)
    sealed_store.keep(upload.public_id, lot.code, sealed.bid_digest)  # durable before the row commits
    bid = Bid.objects.create(
        lot=lot,
        bidder_id=actor.organisation_id or 0,
        envelope=binding.envelope,
        sequence=binding.sequence,
        bid_digest=sealed.bid_digest,
        core=sealed.header.core.hex(),
        count=sealed.header.count,
        size=sealed_store.size_of(sealed.header, sealed.trailer.raw),
        received_at=now,
        received_by=actor.login,
        address=actor.address,
        receipt={},
    )
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.COMPLETED, bid=bid, trailer=sealed.trailer.raw)
    payload = {
        "bid_digest": bid.bid_digest,
        "sequence": bid.sequence,
        "envelope": bid.envelope,
        "size": bid.size,
        "replaces": replaced,
    }
    entry = ledger.append("bid.received", lot=lot.code, at=now, payload=payload, actor=actor)
    bid.receipt = {"statement": receipts.sign(_receipt(bid, sealed.header)), "evidence": ledger.receipt(entry)}
    bid.save(update_fields=["receipt"])
    transaction.on_commit(lambda: sealed_store.clear(upload.public_id))
    return bid


def _receipt(bid: Bid, header: Header) -> dict[str, object]:
    """Return what the platform signs: whose bid arrived when, bound to what."""
    binding = header.binding.body()
    bound = ("tender", "lot", "bidder", "envelope", "sequence", "document_hash", "deadline")
    return {
        "v": 1,
        **{name: binding[name] for name in bound},
        "bid_digest": bid.bid_digest,
        "count": bid.count,
        "size": bid.size,
        "received_at": instant(bid.received_at),
    }
