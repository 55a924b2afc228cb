"""Working days and rest days of legal day-counting, in Asia/Shanghai. Pure; the published holidays are the default."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from chinese_calendar.constants import holidays, workdays

# Civil time of Asia/Shanghai has been UTC+8 without daylight saving since 1991.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Statutory holidays on weekdays and weekend days worked instead; all other weekends are rest days."""

    rest_days: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()

    def is_rest_day(self, day: date) -> bool:
        return day in self.rest_days or (day.weekday() >= 5 and day not in self.extra_workdays)

    def on_or_after(self, day: date) -> date:
        """Return `day` if it is a working day, else the next one."""
        while self.is_rest_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; the first day is not counted."""
        for _ in range(count):
            day = self.on_or_after(day + ONE_DAY)
        return day


# The State Council's holiday notices; in years not yet announced only weekends rest.
PUBLISHED = WorkCalendar(frozenset(holidays), frozenset(workdays))


def legal_day(at: datetime) -> date:
    """Return the day in Asia/Shanghai on which an aware instant falls."""
    return at.astimezone(SHANGHAI).date()


def starts(day: date) -> datetime:
    """Return the first instant of a legal day."""
    return datetime.combine(day, time.min, SHANGHAI)


def ends(day: date) -> datetime:
    """Return the instant at which a legal day is over (24:00), which is the next day's first."""
    return starts(day + ONE_DAY)
