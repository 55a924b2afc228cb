"""The host pauses the decryption window with a reason, and lets it run on (3.3): no bidder loses time."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import bid_queries, queries
from tendering.dates import next_due_at
from tendering.models import Lot, Opening
from tendering.refusals import REASON_EMPTY, SUSPENDED, refuse_if
from tendering.rules.lifecycle import Stage

NO_WINDOW = Reason("no_window", _("现在没有进行中的解密窗口。"), "EB-30")
ALREADY_PAUSED = Reason("already_paused", _("解密窗口已经暂停。"), "EB-30")
NOT_PAUSED = Reason("not_paused", _("解密窗口没有暂停。"), "EB-30")


def pause_window(*, lot_code: str, reason: str, actor: Actor) -> Opening:
    """Stop the window's clock.

    :raises ActRefused: not the host, no window running, paused already, no reason, or the lot is suspended
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(_reasons(row, actor, reason, now))
        opening = bid_queries.opening_of(row)
        refuse_if([ALREADY_PAUSED] if opening.paused_at is not None else [])
        opening.paused_at = now
        _written(row, opening)
        payload = {"reason": reason.strip()}
        ledger.append("opening.window_paused", lot=row.code, at=now, payload=payload, actor=actor)
    return opening


def resume_window(*, lot_code: str, reason: str, actor: Actor) -> Opening:
    """Let the window run on; its end moves by as long as it stood still.

    :raises ActRefused: not the host, not paused, no reason, or the lot is suspended
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(_reasons(row, actor, reason, now))
        opening = bid_queries.opening_of(row)
        refuse_if([NOT_PAUSED] if opening.paused_at is None else [])
        assert opening.paused_at is not None
        opening.window_ends_at += now - opening.paused_at
        opening.paused_at = None
        _written(row, opening)
        payload = {"reason": reason.strip(), "window_ends_at": instant(opening.window_ends_at)}
        ledger.append("opening.window_resumed", lot=row.code, at=now, payload=payload, actor=actor)
    return opening


def _reasons(lot: Lot, actor: Actor, reason: str, now: datetime) -> list[Reason]:
    if found := bid_queries.host_reasons(lot, actor):
        return found
    running = lot.stage == Stage.OPENING and bid_queries.window_open(bid_queries.opening_of(lot), now)
    checks = ((not running, NO_WINDOW), (not reason.strip(), REASON_EMPTY), (lot.suspended_at is not None, SUSPENDED))
    return [found for failed, found in checks if failed]


def _written(lot: Lot, opening: Opening) -> None:
    """Save the window and what is due next."""
    opening.save(update_fields=["paused_at", "window_ends_at"])
    lot.opening = opening
    Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
