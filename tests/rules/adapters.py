"""Turns the plain values of a worked example into a call of the rule it is about, and its answer into plain values."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tendering.rules import periods
from tendering.rules.calendars import SHANGHAI

Given = dict[str, Any]


def aware(at: datetime) -> datetime:
    return at.replace(tzinfo=SHANGHAI)


def plain(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def dated(given: Given) -> tuple[str, Given]:
    values = {name: aware(value) if isinstance(value, datetime) else value for name, value in given.items()}
    return values.pop("procedure", "construction"), values


def earliest_deadline(given: Given) -> datetime:
    procedure, values = dated(given)
    return plain(periods.earliest_deadline(values["issued_at"], procedure))


def publicity_end(given: Given) -> datetime:
    procedure, values = dated(given)
    return plain(periods.publicity_end(values["started_at"], procedure))


def end_of(given: Given) -> datetime:
    procedure, values = dated(given)
    return plain(periods.end_of(procedure, values["name"], values["started_at"]))


def amendment_moves_deadline(given: Given) -> datetime | str:
    procedure, values = dated(given)
    moved = periods.amendment_moves_deadline(values["amended_at"], values["deadline_at"], procedure)
    return plain(moved) if moved else "stays"


def latest_objection(given: Given) -> datetime:
    procedure, values = dated(given)
    name = "document_objection_before_deadline"
    return plain(periods.latest_before_deadline(values["deadline_at"], procedure, name))


def announcement_reasons(given: Given) -> list[str]:
    procedure, values = dated(given)
    found = periods.announcement_reasons(periods.AnnouncementDates(**values), procedure)
    return [reason.code for reason in found]


def amendment_reasons(given: Given) -> list[str]:
    procedure, values = dated(given)
    return [reason.code for reason in periods.amendment_reasons(periods.AmendmentDates(**values), procedure)]


ADAPTERS: dict[str, Callable[[Given], Any]] = {
    "earliest_deadline": earliest_deadline,
    "publicity_end": publicity_end,
    "end_of": end_of,
    "amendment_moves_deadline": amendment_moves_deadline,
    "latest_objection": latest_objection,
    "announcement_reasons": announcement_reasons,
    "amendment_reasons": amendment_reasons,
}
