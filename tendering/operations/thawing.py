"""What a suspension froze in the opening runs on afterwards: windows, graces, lines of a draw, confirmation of prices.

Part of operations, never one: opens no transaction; the lot's row is locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tendering import bid_queries, draw_queries, envelopes
from tendering.models import EnvelopeOpening, Lot, Opening

Ends = dict[str, datetime]


@dataclass(frozen=True)
class Standstill:
    """A suspension: when it began, when it ended, and by how much timers move on."""

    began_at: datetime
    ended_at: datetime
    lost: timedelta


def run_on(lot: Lot, still: Standstill) -> Ends:
    """Move every timer of the opening that was running as the order came (BR-62), and return the new ends by name."""
    ends: Ends = {}
    for move in _BY_STAGE.get(lot.stage, ()):
        ends |= move(lot, still)
    return ends


def _first_window(lot: Lot, still: Standstill) -> Ends:
    opening = bid_queries.opening_of(lot)
    ends = _window(lot, opening, still)
    lot.opening = opening  # what is due next is read from it
    return ends


def _later_window(lot: Lot, still: Standstill) -> Ends:
    running = envelopes.running(lot)
    return {} if running is None else _window(lot, running, still)


def _window(lot: Lot, window: Opening | EnvelopeOpening, still: Standstill) -> Ends:
    """A window that its host paused moves on when it is resumed; one that ended has the custodians' grace left."""
    grace_ends_at = bid_queries.grace_ends_at(lot, window, still.ended_at)
    if grace_ends_at is not None and grace_ends_at > still.began_at:
        window.grace_moved_by += still.lost
        window.save(update_fields=["grace_moved_by"])
        return {"grace_ends_at": grace_ends_at + still.lost}
    running = window.ended_at is None and window.paused_at is None
    if not running or window.window_ends_at <= still.began_at:
        return {}
    window.window_ends_at += still.lost
    window.save(update_fields=["window_ends_at"])
    return {"window_ends_at": window.window_ends_at}


def _lines(lot: Lot, still: Standstill) -> Ends:
    draw = draw_queries.pending_coefficients(lot)
    if draw is None or draw.closes_at is None or draw.closes_at <= still.began_at:
        return {}
    draw.closes_at += still.lost
    draw.save(update_fields=["closes_at"])
    return {"lines_end_at": draw.closes_at}


def _confirmation(lot: Lot, still: Standstill) -> Ends:
    opening = bid_queries.opening_of(lot)
    ends_at = bid_queries.confirmation_ends_at(lot, opening, still.ended_at)
    if opening.record_confirmed_at is not None or ends_at <= still.began_at:
        return {}
    opening.confirmation_moved_by += still.lost
    opening.save(update_fields=["confirmation_moved_by"])
    return {"confirmation_ends_at": ends_at + still.lost}


_BY_STAGE: dict[str, tuple[Callable[[Lot, Standstill], Ends], ...]] = {
    "opening": (_first_window, _lines),
    "opened": (_confirmation, _later_window),
    "evaluating": (_later_window,),
}
