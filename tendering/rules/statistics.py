"""Figures over lots: accepted and closed, amounts, savings against the ceiling, competition, durations. Pure.

Amounts are yuan; percentages have two decimals and durations whole days in one decimal, both rounded half up, last.
Rehearsals must not be given. `bidders` of a lot is None until its bids are opened (BL-22).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median, quantiles

CLOSED = frozenset({"awarded", "contracted", "archived"})
FAILED = frozenset({"failed", "terminated"})
DAY_SECONDS = 86_400
BUCKETS: tuple[tuple[str, int, int], ...] = (
    ("<3", 0, 2),
    ("3", 3, 3),
    ("4–5", 4, 5),
    ("6–8", 6, 8),
    ("9–12", 9, 12),
    ("13+", 13, 1_000_000),
)
SPANS: tuple[tuple[str, str, str], ...] = (
    ("to_deadline", "announced_at", "deadline_at"),
    ("to_opened", "deadline_at", "opened_at"),
    ("to_evaluated", "opened_at", "evaluated_at"),
    ("to_publicity", "evaluated_at", "publicity_starts_at"),
    ("publicity", "publicity_starts_at", "publicity_ends_at"),
    ("to_award", "publicity_ends_at", "awarded_at"),
)


@dataclass(frozen=True, kw_only=True)
class LotFact:
    """One lot as statistics look at it. `month` keys are months of the year in Asia/Shanghai, 1 … 12, or 0."""

    code: str
    name: str
    procedure: str
    region: str
    stage: str
    accepted_month: int = 0
    closed_month: int = 0
    ceiling_yuan: Decimal | None = None
    price_yuan: Decimal | None = None  # of the award, where the price is a total
    bidders: int | None = None
    announced_at: datetime | None = None
    deadline_at: datetime | None = None
    opened_at: datetime | None = None
    evaluated_at: datetime | None = None
    publicity_starts_at: datetime | None = None
    publicity_ends_at: datetime | None = None
    awarded_at: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.stage in CLOSED


@dataclass(frozen=True, kw_only=True)
class Group:
    """The figures of some lots. `saved_percent`, `bidders` and `days` are None where nothing can be said."""

    key: str
    accepted: int
    closed: int
    failed: int
    ceiling_yuan: Decimal
    price_yuan: Decimal
    saved_yuan: Decimal
    saved_percent: Decimal | None
    bidders: Decimal | None  # mean over opened lots
    days: Decimal | None  # median from announcement to award notice


@dataclass(frozen=True)
class Span:
    """How long a step took over all lots that went through it, in days."""

    key: str
    count: int
    median: Decimal
    nine_of_ten: Decimal


def group(key: str, lots: Iterable[LotFact]) -> Group:
    """Return the figures of these lots.

    Example: one lot awarded at 90 of a ceiling of 100: saved 10, 10.00 %.
    """
    rows = list(lots)
    priced = [(lot.ceiling_yuan, lot.price_yuan) for lot in rows if lot.closed and lot.price_yuan is not None]
    capped = [(ceiling, price) for ceiling, price in priced if ceiling]
    ceilings = sum((ceiling for ceiling, _price in capped), Decimal(0))
    saved = ceilings - sum((price for _ceiling, price in capped), Decimal(0))
    return Group(
        key=key,
        accepted=sum(lot.accepted_month > 0 for lot in rows),
        closed=sum(lot.closed for lot in rows),
        failed=sum(lot.stage in FAILED for lot in rows),
        ceiling_yuan=ceilings,
        price_yuan=sum((price for _ceiling, price in priced), Decimal(0)),
        saved_yuan=saved,
        saved_percent=_rounded(100 * saved / ceilings, "0.01") if ceilings else None,
        bidders=_mean([lot.bidders for lot in rows if lot.bidders is not None]),
        days=_middle([_days(lot.announced_at, lot.awarded_at) for lot in rows if lot.closed]),
    )


def groups(lots: Sequence[LotFact], key_of: Callable[[LotFact], str]) -> list[Group]:
    """Return one group for each key, the greatest amount first."""
    keys = {key_of(lot) for lot in lots}
    found = [group(key, [lot for lot in lots if key_of(lot) == key]) for key in keys]
    return sorted(found, key=lambda one: (-one.price_yuan, -one.accepted, one.key))


def months(lots: Sequence[LotFact]) -> list[Group]:
    """Return twelve groups, one a month: what was accepted in it, and what was closed in it."""
    return [_month(lots, number) for number in range(1, 13)]


def _month(lots: Sequence[LotFact], number: int) -> Group:
    closed = group(str(number), [lot for lot in lots if lot.closed_month == number])
    accepted = sum(lot.accepted_month == number for lot in lots)
    return Group(**{**vars(closed), "accepted": accepted})


def competition(lots: Iterable[LotFact]) -> list[tuple[str, int]]:
    """Return how many opened lots had so many bidders, by bucket."""
    counts = [lot.bidders for lot in lots if lot.bidders is not None]
    return [(words, sum(least <= count <= most for count in counts)) for words, least, most in BUCKETS]


def spans(lots: Sequence[LotFact]) -> list[Span]:
    """Return how long each step took; steps that no lot has gone through are left out."""
    found = []
    for key, start, end in SPANS:
        days = [d for lot in lots if (d := _days(getattr(lot, start), getattr(lot, end))) is not None and d >= 0]
        if days:
            most = quantiles(days, n=10, method="inclusive")[-1] if len(days) > 1 else days[0]
            found.append(Span(key, len(days), _rounded(median(days), "0.1"), _rounded(most, "0.1")))
    return found


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() / DAY_SECONDS if start and end else None


def _mean(values: Sequence[int]) -> Decimal | None:
    return _rounded(Decimal(sum(values)) / len(values), "0.1") if values else None


def _middle(values: Iterable[float | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return _rounded(median(known), "0.1") if known else None


def _rounded(value: Decimal | float, places: str) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(places), rounding=ROUND_HALF_UP)
