"""A bidder confirms the price that was read out for it (EB-30)."""

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import Lot, OpenedBid
from tendering.refusals import ActRefused, NotFound
from tendering.rules.lifecycle import Stage

OVER = Reason("record_confirmed", _("开标记录已确认，不能再确认报价。"), "EB-32")


def confirm_price(*, lot_code: str, bid_digest: str, actor: Actor) -> OpenedBid:
    """Confirm the price of one's own opened bid; again, the first confirmation stands.

    :raises ActRefused: the opening record is confirmed already
    :raises NotFound: no such opened bid of this organisation
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        opened = OpenedBid.objects.filter(bid=bid_queries.own_bid(row, bid_digest, actor)).first()
        if opened is None:
            raise NotFound(bid_digest)
        if opened.confirmed_at is not None:
            return opened
        if not _before_record(row):
            raise ActRefused([OVER])
        opened.confirmed_at, opened.confirmed_by = now, actor.login
        opened.save(update_fields=["confirmed_at", "confirmed_by"])
        payload = {"bid_digest": bid_digest, "bidder": actor.uscc, "price_yuan": opened.price_yuan}
        ledger.append("price.confirmed", lot=row.code, at=now, payload=payload, actor=actor)
    return opened


def _before_record(lot: Lot) -> bool:
    return lot.stage == Stage.OPENED and bid_queries.opening_of(lot).record_confirmed_at is None
