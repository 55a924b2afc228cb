"""The host gives bidders more time to decrypt, with a reason (3.3)."""

from datetime import datetime, timedelta

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import bid_queries, queries
from tendering.dates import next_due_at
from tendering.models import Lot, Opening
from tendering.refusals import REASON_EMPTY, SUSPENDED, LostRace, refuse_if
from tendering.rules.calendars import SHANGHAI
from tendering.rules.lifecycle import Stage

MOST_MINUTES = 24 * 60
NO_WINDOW = Reason("no_window", _("现在没有进行中的解密窗口。"), "EB-30")
BAD_MINUTES = Reason("minutes", _("延长时间应为 1 至 1440 分钟。"), "EB-30")

MOVED = _("您看到的解密截止时间已经变动，现为 {ends_at}，这次没有再延长。请核对后重新提交。")


class WindowMoved(LostRace):
    """The window's end is not the one that the host saw: another click, or another host, moved it first."""

    def __init__(self, ends_at: datetime) -> None:
        values = {"ends_at": ends_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")}
        Refused.__init__(self, [Reason("window_moved", MOVED, "EB-30", values)])


def extend_window(*, lot_code: str, minutes: int, reason: str, shown_end: datetime, actor: Actor) -> Opening:
    """Move the end of the window on by 1 … 1,440 minutes; a paused window stays paused.

    `shown_end` is the end that the host saw when deciding, so that the same click twice extends once.

    :raises WindowMoved: the window ends at another time by now
    :raises ActRefused: not the host, no window running, no reason, another length, or the lot is suspended
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(_reasons(row, actor, reason=reason, minutes=minutes, now=now))
        opening = bid_queries.opening_of(row)
        if opening.window_ends_at != shown_end:
            raise WindowMoved(opening.window_ends_at)
        opening.window_ends_at += timedelta(minutes=minutes)
        opening.save(update_fields=["window_ends_at"])
        row.opening = opening
        Lot.objects.filter(pk=row.pk).update(next_due_at=next_due_at(row))
        payload = {"reason": reason.strip(), "minutes": minutes, "window_ends_at": instant(opening.window_ends_at)}
        ledger.append("opening.window_extended", lot=row.code, at=now, payload=payload, actor=actor)
    return opening


def _reasons(lot: Lot, actor: Actor, *, reason: str, minutes: int, now: datetime) -> list[Reason]:
    if found := bid_queries.host_reasons(lot, actor):
        return found
    running = lot.stage == Stage.OPENING and bid_queries.window_open(bid_queries.opening_of(lot), now)
    checks = (
        (not running, NO_WINDOW),
        (not 1 <= minutes <= MOST_MINUTES, BAD_MINUTES),
        (not reason.strip(), REASON_EMPTY),
        (lot.suspended_at is not None, SUSPENDED),
    )
    return [found for failed, found in checks if failed]
