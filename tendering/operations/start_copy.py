"""A bidder hands in its saved copy of a receipted bid whose stored file was lost or damaged (4.5): the first step."""

from uuid import uuid4

from django.db import transaction

from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, envelopes, queries, sealed_store
from tendering.models import Bid, BidState, Lot, Upload, UploadState
from tendering.refusals import PlatformFull, refuse_if
from tendering.rules.lifecycle import Stage
from tendering.seal_words import read_header

NOT_DAMAGED = Reason("not_damaged", _("平台保存的文件完好，不需要补交。"), "EB-31")
OTHER_HEADER = Reason("other_bid", _("这不是当初递交的那份加密文件。"), "EB-27")
TOO_LATE = Reason("copy_late", _("现在不能再补交投标文件的副本。"), "EB-31")


def start_copy(*, lot_code: str, bid_digest: str, header: bytes, actor: Actor) -> Upload:
    """Make room for the copy; its header must be, byte for byte, the one that was receipted.

    :raises ActRefused: the stored file is sound, another header, or the bids are opened already
    :raises NotFound: no such bid of this organisation
    :raises PlatformFull: the disk is full
    """
    parsed = read_header(header)
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        bid = bid_queries.own_bid(row, bid_digest, actor)
        refuse_if(_reasons(row, bid, header))
        if not sealed_store.has_room(parsed.binding.padded_length):
            raise PlatformFull
        if resumed := Upload.objects.filter(copy_of=bid, state=UploadState.RECEIVING).first():
            sealed_store.begin_again_where_gone(resumed.public_id, parsed)
            return resumed
        upload = Upload(
            public_id=uuid4(),
            lot=row,
            bidder_id=bid.bidder_id,
            header=header,
            sequence=bid.sequence,
            envelope=bid.envelope,
            count=parsed.count,
            started_by=actor.login,
            started_at=now,
            copy_of=bid,
        )
        sealed_store.begin(upload.public_id, parsed)
        upload.save(force_insert=True)
    return upload


def _reasons(lot: Lot, bid: Bid, header: bytes) -> list[Reason]:
    to_open = bid.in_closing_set and bid.state == BidState.RECEIVED
    checks = (
        (not (lot.stage == Stage.CLOSED or envelopes.window_of(lot, bid.envelope)) or not to_open, TOO_LATE),
        (bid.damaged_at is None, NOT_DAMAGED),
        (bid_queries.header_on_record(bid).raw != header, OTHER_HEADER),
    )
    return [reason for failed, reason in checks if failed]
