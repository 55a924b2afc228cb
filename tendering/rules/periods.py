"""Legal periods of a procedure: days, working days, or exact seconds in rehearsals. Pure; instants are aware UTC.

Counting: the first day is not counted. A forward period whose last day is a rest day moves on to the next working
day and is over at 24:00 of it; a period counted back from the deadline does not move. Days are those of Asia/Shanghai.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lawbook.procedures import Period, Procedure
from lawbook.procedures import procedure as procedure_of
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.rules.calendars import ONE_DAY, PUBLISHED, SHANGHAI, WorkCalendar, ends, legal_day, starts

MESSAGES: dict[str, str] = {
    "deadline_too_early": _("投标截止时间距招标文件发出不足{period}，最早可定为{earliest}。"),
    "offer_too_short": _("招标文件获取期不足{period}，最早可在{earliest}截止。"),
    "offer_after_deadline": _("招标文件获取截止时间不得晚于投标截止时间。"),
    "opening_not_at_deadline": _("开标时间应与投标截止时间为同一时间。"),
    "issued_after_deadline": _("投标截止时间应晚于招标文件发出时间。"),
    "amendment_too_late": _("澄清或修改影响投标文件编制，距投标截止不足{period}，截止时间应顺延至{earliest}或以后。"),
    "deadline_moved_back": _("修改后的截止时间不得早于原截止时间，如需提前请重新招标。"),
    "objection_too_late": _("对招标文件的异议应在{latest}前提出，现已逾期。"),
    "publicity_too_short": _("公示期不足{period}，最早可在{earliest}结束。"),
}
UNIT_WORDS = {"second": _("{amount}秒"), "minute": _("{amount}分钟"), "day": _("{amount}日")} | {
    "working_day": _("{amount}个工作日")
}


def _said(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _reason(code: str, law: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], law, values)


def _words(period: Period) -> str:
    return UNIT_WORDS[period.unit].format(amount=period.amount)


def last_day(started_at: datetime, period: Period, calendar: WorkCalendar = PUBLISHED) -> date:
    """Return the last legal day of a forward period of days or working days.

    Example: 3 days from Wednesday 4 March 2026 end on Saturday 7 March, and so move on to Monday 9 March.

    :raises ValueError: for a period of seconds or minutes, which has no last day
    """
    first = legal_day(started_at)
    if period.unit == "working_day":
        return calendar.add_working_days(first, period.amount)
    if period.unit != "day":
        raise ValueError(f"a period in {period.unit}s has no last day")
    return calendar.on_or_after(first + period.amount * ONE_DAY)


def over_at(started_at: datetime, period: Period, calendar: WorkCalendar = PUBLISHED) -> datetime:
    """Return the instant (UTC) at which a forward period is over: 24:00 of its last day, or to the second."""
    if period.seconds is not None:
        return started_at.astimezone(UTC) + timedelta(seconds=period.seconds)
    return ends(last_day(started_at, period, calendar)).astimezone(UTC)


def end_of(
    procedure: str | Procedure, name: str, started_at: datetime, *, calendar: WorkCalendar = PUBLISHED
) -> datetime:
    """Return when the procedure's period `name` that began at `started_at` is over (UTC).

    :raises KeyError: no such procedure, or it has no such period
    """
    return over_at(started_at, _period(procedure, name, started_at), calendar)


def _period(procedure: str | Procedure, name: str, at: datetime) -> Period:
    found = procedure_of(procedure) if isinstance(procedure, str) else procedure
    return found.period(name, legal_day(at))


def _not_before(started_at: datetime, period: Period, calendar: WorkCalendar) -> datetime:
    """The first instant at which an act may be set that the law wants on or after the period's last day."""
    if period.seconds is not None:
        return over_at(started_at, period, calendar)
    return starts(last_day(started_at, period, calendar)).astimezone(UTC)


def earliest_deadline(issued_at: datetime, procedure: str | Procedure, calendar: WorkCalendar = PUBLISHED) -> datetime:
    """Return the earliest lawful deadline (BL-24), UTC: the first instant of the period's last day.

    The law counts up to and including the day of the deadline (至…截止之日止): a document issued on 2 March 2026
    allows a deadline at any time of 23 March (22 March, the 20th day, is a Sunday).
    """
    return _not_before(issued_at, _period(procedure, "issue_to_deadline", issued_at), calendar)


def latest_before_deadline(deadline_at: datetime, procedure: str | Procedure, name: str) -> datetime:
    """Return the instant (UTC, exclusive) by which an act must be done `name` before the deadline; never moved.

    15 days before a deadline on 23 March means any time of 8 March, so before 24:00 of it.
    """
    period = _period(procedure, name, deadline_at)
    if period.seconds is not None:
        return deadline_at.astimezone(UTC) - timedelta(seconds=period.seconds)
    return ends(legal_day(deadline_at) - period.amount * ONE_DAY).astimezone(UTC)


def amendment_moves_deadline(
    amended_at: datetime, deadline_at: datetime, procedure: str | Procedure
) -> datetime | None:
    """Return the earliest deadline that an amendment affecting preparation leaves lawful, or None if it stays (BR-21).

    Example: amended on 10 March with the deadline on 23 March 09:30: moved to 25 March 09:30, the same time of day.
    """
    if amended_at < latest_before_deadline(deadline_at, procedure, "amendment_before_deadline"):
        return None
    period = _period(procedure, "amendment_before_deadline", amended_at)
    if period.seconds is not None:
        return amended_at.astimezone(UTC) + timedelta(seconds=period.seconds)
    time_of_day = deadline_at.astimezone(SHANGHAI).time()
    day = legal_day(amended_at) + period.amount * ONE_DAY
    return datetime.combine(day, time_of_day, SHANGHAI).astimezone(UTC)


def publicity_end(started_at: datetime, procedure: str | Procedure, calendar: WorkCalendar = PUBLISHED) -> datetime:
    """Return when the publicity of candidates that began at `started_at` is over at the earliest (BR-54), UTC."""
    return end_of(procedure, "publicity", started_at, calendar=calendar)


@dataclass(frozen=True, kw_only=True)
class AnnouncementDates:
    """The dates a notice sets. No `offer_ends_at`: on offer until the deadline; no `opening_at`: at the deadline."""

    issued_at: datetime
    deadline_at: datetime
    offer_ends_at: datetime | None = None
    opening_at: datetime | None = None


def announcement_reasons(
    dates: AnnouncementDates, procedure: str | Procedure, calendar: WorkCalendar = PUBLISHED
) -> list[Reason]:
    """Return everything unlawful about the dates of a notice (BL-24, BR-16, BL-34); empty when lawful."""
    reasons = []
    earliest = earliest_deadline(dates.issued_at, procedure, calendar)
    if dates.deadline_at <= dates.issued_at:
        reasons.append(_reason("issued_after_deadline", "BL-24"))
    if dates.deadline_at < earliest:
        period = _period(procedure, "issue_to_deadline", dates.issued_at)
        reasons.append(_reason("deadline_too_early", "BL-24", period=_words(period), earliest=_said(earliest)))
    if dates.opening_at is not None and dates.opening_at != dates.deadline_at:
        reasons.append(_reason("opening_not_at_deadline", "BL-34"))
    return [*reasons, *_offer_reasons(dates, procedure, calendar)]


def _offer_reasons(dates: AnnouncementDates, procedure: str | Procedure, calendar: WorkCalendar) -> list[Reason]:
    offer_ends_at = dates.offer_ends_at or dates.deadline_at
    reasons = []
    period = _period(procedure, "document_offer", dates.issued_at)
    earliest = _not_before(dates.issued_at, period, calendar)
    if offer_ends_at < earliest:
        reasons.append(_reason("offer_too_short", "BR-16", period=_words(period), earliest=_said(earliest)))
    if offer_ends_at > dates.deadline_at:
        reasons.append(_reason("offer_after_deadline", "BR-16"))
    return reasons


@dataclass(frozen=True, kw_only=True)
class AmendmentDates:
    """An amendment at `amended_at` that keeps or sets the deadline `new_deadline_at`."""

    amended_at: datetime
    deadline_at: datetime
    new_deadline_at: datetime
    affects_preparation: bool = True


def amendment_reasons(dates: AmendmentDates, procedure: str | Procedure) -> list[Reason]:
    """Return everything unlawful about an amendment's dates (BL-23, BR-21); empty when lawful."""
    reasons = []
    if dates.new_deadline_at < dates.deadline_at:
        reasons.append(_reason("deadline_moved_back", "BR-21"))
    if not dates.affects_preparation:
        return reasons
    earliest = amendment_moves_deadline(dates.amended_at, dates.new_deadline_at, procedure)
    if earliest is not None:
        period = _period(procedure, "amendment_before_deadline", dates.amended_at)
        reasons.append(_reason("amendment_too_late", "BR-21", period=_words(period), earliest=_said(earliest)))
    return reasons


def document_objection_reasons(filed_at: datetime, deadline_at: datetime, procedure: str | Procedure) -> list[Reason]:
    """Return why an objection to the tender document comes too late (BR-22); empty when it is in time."""
    latest = latest_before_deadline(deadline_at, procedure, "document_objection_before_deadline")
    return [] if filed_at < latest else [_reason("objection_too_late", "BR-22", latest=_said(latest))]


def publicity_reasons(
    started_at: datetime, ends_at: datetime, *, procedure: str | Procedure, calendar: WorkCalendar = PUBLISHED
) -> list[Reason]:
    """Return why a publicity period is too short (BR-54); empty when lawful."""
    earliest = publicity_end(started_at, procedure, calendar)
    if ends_at >= earliest:
        return []
    period = _period(procedure, "publicity", started_at)
    return [_reason("publicity_too_short", "BR-54", period=_words(period), earliest=_said(earliest))]
