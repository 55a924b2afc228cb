"""The coefficients of the price score are drawn in the hall, before any bid can be decrypted (3.3)."""

from django.db import transaction

from identity.actor import CLOCK, Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, draw_queries, queries
from tendering.dates import next_due_at
from tendering.models import Draw, Lot
from tendering.operations import drawing
from tendering.refusals import SUSPENDED, LostRace, refuse_if
from tendering.rules.lifecycle import Stage

STILL_OPEN = Reason("draw_lines_open", _("还有投标人没有添加内容，添加时间未到，不能提前抽签。"), "EB-29")


def draw_coefficients(*, lot_id: int, actor: Actor | None = None) -> Draw:
    """Draw them and return the draw with its record. `actor` None: the clock, when the time for lines is over.

    The host may draw earlier only when every bidder of the closing set has added a line, so that nobody is cut off.

    :raises LostRace: nothing is to be drawn, or it was drawn already
    :raises ActRefused: not the host, too early, or suspended
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        waiting = draw_queries.pending_coefficients(lot)
        if lot.stage != Stage.OPENING or waiting is None or waiting.closes_at is None:
            raise LostRace(lot.code)
        refuse_if(_reasons(lot, actor, early=now < waiting.closes_at))
        drawing.hold_coefficients(lot, now=now, actor=actor or CLOCK)
        Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
        waiting.refresh_from_db()
    return waiting


def _reasons(lot: Lot, actor: Actor | None, *, early: bool) -> list[Reason]:
    if actor is not None and (found := bid_queries.host_reasons(lot, actor)):
        return found
    waited_for = bid_queries.bids_in_closing_set(lot).values_list("bidder__uscc", flat=True)
    complete = actor is not None and set(waited_for) <= set(lot.draw_lines.values_list("author_key", flat=True))
    checks = ((early and not complete, STILL_OPEN), (lot.suspended_at is not None, SUSPENDED))
    return [reason for failed, reason in checks if failed]
