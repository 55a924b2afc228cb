"""The decryption window ends: by the clock, or earlier by the host once every bid can be opened."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import CLOCK, Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import bid_queries, draw_queries, queries
from tendering.dates import next_due_at
from tendering.models import Lot, Opening
from tendering.operations import drawing
from tendering.refusals import SUSPENDED, LostRace, refuse_if
from tendering.rules.lifecycle import Stage

NOT_YET = Reason("window_open", _("解密时间未到，且还有投标文件未能解密。"), "EB-30")
PAUSED = Reason("paused", _("解密窗口已暂停，请先恢复。"), "EB-30")


def end_window(*, lot_id: int, actor: Actor | None = None) -> Opening:
    """End the window; bidders' shares are not taken any more and custodians act. `actor` None: the clock.

    :raises ActRefused: too early, paused, suspended, or `actor` is not the host
    :raises LostRace: it ended already
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        if lot.stage != Stage.OPENING:
            raise LostRace(lot.code)
        opening = bid_queries.opening_of(lot)
        refuse_if(_reasons(lot, opening, actor, now))
        if Opening.objects.filter(pk=opening.pk, ended_at=None).update(ended_at=now) != 1:
            raise LostRace(lot.code)
        if draw_queries.coefficients_pending(lot):  # whatever delayed the draw, no bid is opened before it
            drawing.hold_coefficients(lot, now=now, actor=actor or CLOCK)
        opening.ended_at = now
        lot.opening = opening
        Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
        payload = {"at": instant(now), "early": now < opening.window_ends_at}
        ledger.append("opening.window_ended", lot=lot.code, at=now, payload=payload, actor=actor or CLOCK)
    return opening


def _reasons(lot: Lot, opening: Opening, actor: Actor | None, now: datetime) -> list[Reason]:
    if actor is not None and (found := bid_queries.host_reasons(lot, actor)):
        return found
    early = now < opening.window_ends_at and opening.ended_at is None
    allowed = actor is not None and early and bid_queries.collection(lot).complete
    checks = (
        (early and not allowed, NOT_YET),
        (opening.paused_at is not None and opening.ended_at is None, PAUSED),
        (lot.suspended_at is not None, SUSPENDED),
    )
    return [reason for failed, reason in checks if failed]
