"""The pending dates of a lot, from its own columns and its opening's: what is due when, and who acts. UTC, no clock.

A suspended lot has none: every timer is frozen (`resume_lot` moves them on by the time lost).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lawbook.words import gettext_noop as _
from tendering.draw_queries import pending_coefficients
from tendering.models import EnvelopeOpening, Lot, Opening


@dataclass(frozen=True)
class Pending:
    """A date of a lot: at `at` the move `move` becomes lawful. `by_clock` moves are carried out by the tick."""

    at: datetime
    move: str  # the operation's name
    words: str  # what a person reads, Chinese
    law: str
    by_clock: bool


def opening_of(lot: Lot) -> Opening | None:
    """Return the lot's opening, or nothing before it started."""
    try:
        return lot.opening
    except Opening.DoesNotExist:
        return None


def _announced(lot: Lot) -> list[Pending]:
    if lot.deadline_at is None:
        return []
    return [Pending(lot.deadline_at, "close_lot", _("投标截止"), "BL-28", by_clock=True)]


def _closed(lot: Lot) -> list[Pending]:
    # BL-34: the opening is at the deadline; the move is due from the instant the lot closed.
    return [Pending(lot.stage_at, "start_opening", _("开标"), "BL-34", by_clock=True)]


def _opening(lot: Lot) -> list[Pending]:
    opening = opening_of(lot)
    if opening is None or opening.paused_at is not None:
        return []
    if opening.ended_at is None:
        return [
            *_coefficients(lot),
            Pending(opening.window_ends_at, "end_window", _("解密截止"), "EB-30", by_clock=True),
        ]
    return [Pending(opening.ended_at, "open_bids", _("公布报价"), "EB-30", by_clock=True)]


def _coefficients(lot: Lot) -> list[Pending]:
    waiting = pending_coefficients(lot)
    if waiting is None or waiting.closes_at is None:
        return []
    return [Pending(waiting.closes_at, "draw_coefficients", _("抽取系数"), "EB-29", by_clock=True)]


def _later_envelope(lot: Lot) -> list[Pending]:
    opening = EnvelopeOpening.objects.filter(lot=lot, finished_at=None).first()
    if opening is None:
        return []
    if opening.ended_at is None:
        return [Pending(opening.window_ends_at, "end_envelope", _("解密截止"), "EB-30", by_clock=True)]
    return [Pending(opening.ended_at, "open_envelope", _("公布开启结果"), "EB-30", by_clock=True)]


def _publicity(lot: Lot) -> list[Pending]:
    if lot.publicity_ends_at is None:
        return []
    # BR-55: the purchaser determines the winner, so the end of publicity only makes the move lawful.
    return [Pending(lot.publicity_ends_at, "publish_result", _("公示期满"), "BR-54", by_clock=False)]


_BY_STAGE: dict[str, Callable[[Lot], list[Pending]]] = {
    "announced": _announced,
    "closed": _closed,
    "opening": _opening,
    "opened": _later_envelope,
    "evaluating": _later_envelope,
    "candidates_published": _publicity,
}


def pending(lot: Lot) -> list[Pending]:
    """Return the lot's pending dates, earliest first."""
    if lot.suspended_at is not None or lot.stage not in _BY_STAGE:
        return []
    return sorted(_BY_STAGE[lot.stage](lot), key=lambda due: due.at)


def next_due_at(lot: Lot) -> datetime | None:
    """Return when the clock has to take this lot up next, or nothing; store it in `Lot.next_due_at`."""
    return min((due.at for due in pending(lot) if due.by_clock), default=None)
