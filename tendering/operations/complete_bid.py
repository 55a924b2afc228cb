"""The final submission: the lot's row, then the clock, the judgement, the durable file, the ledger, the receipt."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from sealing.header import Header
from sealing.trailer import Detached, Trailer, check_trailer, root_from
from suites.base64_text import to_base64
from tendering import bid_queries, queries, receipts, sealed_store
from tendering.models import Bid, BidState, Lot, Upload, UploadState
from tendering.refusals import ActRefused, refuse_if
from tendering.rules.intake import LATE
from tendering.seal_words import read_header, read_trailer, reason_for

INCOMPLETE = _("还有 {missing} 个分块没有收到，请继续上传。")
OVER = Reason("upload_over", _("这次上传已结束或被取代，请重新开始。"), "EB-27")
TOO_LATE_FOR_MORE = {  # EB-27: after the deadline nobody is told to go on uploading, or to start again
    "incomplete": _("到投标截止时还有 {missing} 个分块没有收到，视为撤回。"),
    "upload_over": _("这次上传在投标截止前已结束或被取代。"),
}


@dataclass(frozen=True)
class _Submission:
    """What came, and what can be said against it without the lot; no trailer where its bytes are none."""

    header: Header
    trailer: Trailer | None
    reasons: list[Reason]

    @property
    def sealed(self) -> Detached | None:
        """Header and trailer, where nothing speaks against them."""
        return None if self.trailer is None or self.reasons else Detached(self.header, self.trailer)


def complete_bid(*, upload_id: UUID, trailer: bytes, actor: Actor) -> Bid:
    """Take a sealed bid in whole and return it with its signed receipt; an earlier one in force is replaced (BL-29).

    The same again returns the same bid and receipt. A refusal is recorded in the ledger.

    :raises ActRefused: chunks missing, altered, unsigned, signed by a stranger, wrongly bound, late, suspended; every
        reason
    :raises NotFound: no such upload of this organisation
    :raises PlatformFull: the disk is full; what was received before stands
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
    came = _submission(upload, trailer)
    sealed = came.sealed
    if sealed is not None:
        sealed_store.write_trailer(upload.public_id, sealed.header, trailer)
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=upload.lot_id)
        upload.refresh_from_db()
        if same := _same(upload, sealed, actor):
            return same
        reasons = _reasons(lot, upload, came, actor=actor, now=now)
        if sealed is None or reasons:
            payload: dict[str, object] = {"bid_digest": sealed.bid_digest} if sealed is not None else {}
            payload["reasons"] = [reason.code for reason in reasons]
            ledger.append("bid.refused", lot=lot.code, at=now, payload=payload, actor=actor)
        else:
            bid = _taken_in(lot, upload, sealed, actor=actor, now=now)
    refuse_if(reasons)
    return bid


def _submission(upload: Upload, raw: bytes) -> _Submission:
    """Return header and trailer with every failed check that needs neither a key nor the lot."""
    header = read_header(bytes(upload.header))
    missing = header.count - len(set(bid_queries.received_chunks(upload)))
    reasons = [Reason("incomplete", INCOMPLETE, "EB-27", {"missing": str(missing)})] if missing else []
    try:
        trailer = read_trailer(raw)
    except ActRefused as refused:
        return _Submission(header, None, reasons + refused.reasons)
    root = None if missing else root_from(header, sealed_store.leaves_of(upload.public_id))
    found = check_trailer(header, trailer, root=root, roots=bid_queries.trust_roots())
    reasons += [reason_for(check) for check in dict.fromkeys(reason.check for reason in found)]
    return _Submission(header, trailer, reasons)


def _reasons(lot: Lot, upload: Upload, came: _Submission, *, actor: Actor, now: datetime) -> list[Reason]:
    """Return every reason once, the lot's first; in the words of whoever is late where it is (BL-28)."""
    reasons = bid_queries.intake_reasons(lot, came.header, actor=actor, now=now)
    late = LATE in reasons
    reasons += came.reasons
    if came.trailer is not None and came.trailer.certificates:
        reasons += bid_queries.certificate_reasons(to_base64(came.trailer.certificates[0]), actor)
    if upload.state != UploadState.RECEIVING:
        reasons.append(OVER)
    words = TOO_LATE_FOR_MORE if late else {}
    return [replace(reason, text=words.get(reason.code, reason.text)) for reason in dict.fromkeys(reasons)]


def _same(upload: Upload, sealed: Detached | None, actor: Actor) -> Bid | None:
    """Return the bid that these very bytes already became, through this or another upload; none before."""
    if upload.bid is not None or sealed is None:
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
        "trailer_sha256": receipts.trailer_name(sealed.trailer.raw),
        "replaces": replaced,
    }
    entry = ledger.append("bid.received", lot=lot.code, at=now, payload=payload, actor=actor)
    bid.receipt = {"statement": receipts.sign(_receipt(bid, sealed)), "evidence": ledger.receipt(entry)}
    bid.save(update_fields=["receipt"])
    transaction.on_commit(lambda: sealed_store.clear(upload.public_id))
    return bid


def _receipt(bid: Bid, sealed: Detached) -> dict[str, object]:
    """Return what the platform signs: whose bid arrived when, bound to what, and the trailer that no digest binds."""
    binding = sealed.header.binding.body()
    bound = ("tender", "lot", "bidder", "envelope", "sequence", "document_hash", "deadline")
    return {
        "v": 1,
        **{name: binding[name] for name in bound},
        "bid_digest": bid.bid_digest,
        "count": bid.count,
        "size": bid.size,
        "trailer_sha256": receipts.trailer_name(sealed.trailer.raw),
        "received_at": instant(bid.received_at),
    }
