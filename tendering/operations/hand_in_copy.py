"""The saved copy of a receipted bid is complete: it takes the place of the lost or damaged file."""

from uuid import UUID

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from sealing.trailer import bid_digest_of, check_trailer, root_from
from suites import Reason as SealReason
from tendering import bid_queries, queries, receipts, sealed_store
from tendering.models import Bid, BidState, Upload, UploadState
from tendering.refusals import ActRefused, NotFound, refuse_if
from tendering.seal_words import read_header, read_trailer, reason_for

TOO_LATE = Reason("copy_late", _("现在不能再补交投标文件的副本。"), "EB-31")
OTHER_BID = Reason("other_bid", _("这不是当初递交的那份加密文件。"), "EB-27")
OVER = Reason("upload_over", _("这次上传已结束，请重新开始。"))


def hand_in_copy(*, upload_id: UUID, trailer: bytes, actor: Actor) -> Bid:
    """Put the copy in the store once its digest and trailer are the receipted ones; again, it changes nothing.

    :raises ActRefused: chunks missing or altered, another bid, or the bids are opened already
    :raises NotFound: no such upload of this organisation
    :raises PlatformFull: the disk is full; what was received before stands
    """
    upload = bid_queries.own_upload(upload_id, actor)
    if upload.copy_of is None:
        raise NotFound(str(upload_id))
    if upload.bid is not None:
        return upload.bid
    try:
        with sealed_store.held(upload.public_id):
            fresh = bid_queries.own_upload(upload_id, actor)  # whoever held it before may have completed it
            return fresh.bid or _restored(fresh, upload.copy_of, trailer, actor)
    except FileNotFoundError as error:
        raise ActRefused([OVER]) from error


def _restored(upload: Upload, bid: Bid, raw: bytes, actor: Actor) -> Bid:
    header, trailer = read_header(bytes(upload.header)), read_trailer(raw)
    root = root_from(header, sealed_store.leaves_of(upload.public_id))
    found: list[SealReason] = check_trailer(
        header, trailer, root=root, roots=bid_queries.trust_roots().as_of(bid.received_at)
    )
    refuse_if([reason_for(check) for check in dict.fromkeys(reason.check for reason in found)])
    digest = bid_digest_of(header, count=trailer.count, root=trailer.root).hex()
    if digest != bid.bid_digest or not receipts.names_trailer(bid.receipt, raw):
        raise ActRefused([OTHER_BID])
    sealed_store.write_trailer(upload.public_id, header, raw)
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=bid.lot_id)
        bid.refresh_from_db()
        refuse_if([] if bid.state == BidState.RECEIVED else [TOO_LATE])
        sealed_store.keep(upload.public_id, lot.code, bid.bid_digest)
        bid.damaged_at = None
        bid.save(update_fields=["damaged_at"])
        Upload.objects.filter(pk=upload.pk).update(state=UploadState.COMPLETED, bid=bid, trailer=raw)
        payload = {"bid_digest": bid.bid_digest}
        ledger.append("bid.restored", lot=lot.code, at=now, payload=payload, actor=actor)
        transaction.on_commit(lambda: sealed_store.clear(upload.public_id))
    return bid
