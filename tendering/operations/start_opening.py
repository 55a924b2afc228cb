"""The opening begins at the deadline, host or no host (BL-34, EB-29)."""

from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import transaction

import ledger
from identity.actor import CLOCK
from ledger.canonical import instant
from tendering import bid_queries, coefficients, queries
from tendering.models import Lot, Opening
from tendering.operations import drawing, moving
from tendering.refusals import LostRace
from tendering.rules.lifecycle import Event, Stage


def start_opening(*, lot_id: int) -> Opening:
    """Start the opening of a closed lot; its window runs from now by the procedure's length.

    Where only custodians hold the key there is nothing for bidders to hand over, and the window ends as it begins.

    :raises MoveRefused: not lawful now
    :raises LostRace: it was started already
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        if lot.stage != Stage.CLOSED:
            raise LostRace(lot.code)
        move = moving.judge(lot, Event.START_OPENING, actor=CLOCK, facts=queries.facts(lot, now))
        opening = Opening.objects.create(lot=lot, started_at=now, window_ends_at=now + _window(lot, now))
        moving.carry_out(lot, move, now=now)
        drawing.open_to_lines(lot, now=now, closes_at=_lines_end(lot, now))
        payload = {"window_ends_at": instant(opening.window_ends_at)}
        ledger.append("opening.started", lot=lot.code, at=now, payload=payload, actor=CLOCK)
        # So that a lost file is known while its bidder can still hand in a copy; `open_bids` looks again in any case.
        transaction.on_commit(partial(_ask_for_check, lot.pk), robust=True)
    return opening


def _ask_for_check(lot_id: int) -> None:
    current_app.send_task("tendering.tasks.check_stored_bids", kwargs={"lot_id": lot_id}, retry=False)


def _window(lot: Lot, now: datetime) -> timedelta:
    if lot.policy == "custodians":
        ends = _lines_end(lot, now)
        return timedelta(0) if ends is None else ends - now
    return bid_queries.period_seconds(lot, "opening_window", now)


def _lines_end(lot: Lot, now: datetime) -> datetime | None:
    """Return when the coefficients are drawn; None where the scheme leaves nothing to draw."""
    if not coefficients.sets_of(lot.scheme):
        return None
    return now + bid_queries.period_seconds(lot, "draw_lines", now)
