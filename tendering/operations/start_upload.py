"""A bidder begins to send a sealed bid: its header is judged before any chunk is taken."""

from datetime import datetime
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from sealing.header import Header
from tendering import bid_queries, queries, sealed_store
from tendering.models import Lot, Upload, UploadState
from tendering.refusals import NO_ROOM, ActRefused, refuse_if
from tendering.seal_words import read_header

UNFINISHED_KEPT = 3  # of one bidder for one lot; an older one gives way, so that nobody fills the disk


def start_upload(*, lot_code: str, header: bytes, actor: Actor) -> Upload:
    """Take in the header of a sealed bid and make room for its chunks. The same unfinished header is resumed.

    A refusal is recorded in the ledger.

    :raises ActRefused: malformed, wrongly bound, late, suspended, or this organisation may not bid; every reason
    :raises NotFound: there is no such lot
    :raises PlatformFull: the disk was filled meanwhile
    """
    parsed, malformed = _parsed(header)
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        if resumed := _unfinished(row, actor).filter(header=header).first():
            sealed_store.begin_again_where_gone(resumed.public_id, read_header(header))
            return resumed
        reasons = bid_queries.intake_reasons(row, parsed, actor=actor, now=now) + malformed
        if parsed is not None and not sealed_store.has_room(parsed.binding.padded_length):
            reasons.append(NO_ROOM)
        if reasons or parsed is None:
            payload = {"reasons": [reason.code for reason in reasons]}
            ledger.append("bid.refused", lot=row.code, at=now, payload=payload, actor=actor)
        else:
            upload = _begun(row, parsed, actor=actor, now=now)
    refuse_if(reasons)
    return upload


def _parsed(header: bytes) -> tuple[Header | None, list[Reason]]:
    """Return the header, or why it cannot be read: the lot must say first whether it came in time (BL-28)."""
    try:
        return read_header(header), []
    except ActRefused as refused:
        return None, refused.reasons


def _unfinished(lot: Lot, actor: Actor) -> QuerySet[Upload]:
    return bid_queries.own_uploads(lot, actor).filter(state=UploadState.RECEIVING, copy_of=None)


def _begun(lot: Lot, header: Header, *, actor: Actor, now: datetime) -> Upload:
    for old in _unfinished(lot, actor)[UNFINISHED_KEPT - 1 :]:
        Upload.objects.filter(pk=old.pk).update(state=UploadState.REFUSED)
        transaction.on_commit(partial(sealed_store.clear, old.public_id))
    upload = Upload(
        public_id=uuid4(),
        lot=lot,
        bidder_id=actor.organisation_id or 0,
        header=header.raw,
        sequence=header.binding.sequence,
        envelope=header.binding.envelope,
        count=header.count,
        started_by=actor.login,
        started_at=now,
    )
    sealed_store.begin(upload.public_id, header)
    upload.save(force_insert=True)
    payload = {"sequence": upload.sequence, "envelope": upload.envelope, "count": upload.count}
    ledger.append("upload.started", lot=lot.code, at=now, payload=payload, actor=actor)
    return upload
