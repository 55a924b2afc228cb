"""The public search and everybody's list of lots: who sees which, filtered and sorted in the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from identity.actor import Actor, public
from identity.roles import Role
from tendering.models import Lot, Project

CHINA = ZoneInfo("Asia/Shanghai")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)  # of any lot; time zones overflow at years 1 and 9999

SORTS: dict[str, tuple[str, ...]] = {
    "": ("-announced_at", "-pk"),
    "announced": ("-announced_at", "-pk"),
    "deadline": ("deadline_at", "pk"),
    "amount": ("-ceiling_yuan", "-pk"),
    "amount_up": ("ceiling_yuan", "pk"),
    "name": ("name", "pk"),
    "stage": ("stage", "-stage_at"),
}


@dataclass(frozen=True)
class LotSearch:
    """What a searcher asks for; empty members ask for nothing. Amounts are yuan of the ceiling, dates are China's.

    `dates_of` says which instant the dates mean: `announced` or `deadline`. `rehearsal` None: both kinds.
    """

    text: str = ""
    type: str = ""  # a procedure's code
    region: str = ""
    stages: tuple[str, ...] = ()
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    date_from: date | None = None
    date_to: date | None = None
    dates_of: str = "announced"
    rehearsal: bool | None = None
    sort: str = ""


def visible_lots(actor: Actor | None = None, *, search: LotSearch | None = None) -> QuerySet[Lot]:
    """Return the lots `actor` may see, filtered and sorted, each with project, purchaser and agency (one query).

    The public and bidders see what was announced; purchasers and agencies also their own; the centre and the
    regulator also what was submitted. Nothing here depends on who bid.
    """
    who = actor or public()
    asked = search or LotSearch()
    lots = Lot.objects.select_related("project__purchaser", "project__agency").filter(_seen_by(who))
    for condition in _conditions(asked):
        lots = lots.filter(condition)
    return lots.order_by(*SORTS.get(asked.sort, SORTS[""]))


_SUBMITTED = Q(stage="draft", announced_at__isnull=True)
_SEEN: dict[Role, Callable[[Actor], Q]] = {
    Role.PURCHASER: lambda who: Q(project__purchaser_id=who.organisation_id or 0),
    Role.AGENCY: lambda who: Q(project__agency_id=who.organisation_id or 0),
    Role.CENTRE: lambda who: ~_SUBMITTED,
    Role.REGULATOR: lambda who: ~_SUBMITTED,
}


def _seen_by(actor: Actor) -> Q:
    announced = Q(announced_at__isnull=False)
    return announced | _SEEN[actor.role](actor) if actor.role in _SEEN else announced


def _conditions(asked: LotSearch) -> list[Q]:
    """Return one condition for each member that asks for something."""
    instant = "deadline_at" if asked.dates_of == "deadline" else "announced_at"
    simple: dict[str, Any] = {
        "project__procedure": asked.type,
        "project__region__startswith": asked.region,
        "stage__in": asked.stages,
        "ceiling_yuan__gte": asked.amount_from,
        "ceiling_yuan__lte": asked.amount_to,
        f"{instant}__gte": asked.date_from and _midnight(asked.date_from),
        f"{instant}__lt": asked.date_to and _midnight(asked.date_to, days=1),
        "project__rehearsal": asked.rehearsal,
    }
    conditions = [Q(**{name: value}) for name, value in simple.items() if value not in (None, "", ())]
    return conditions + [_says(word) for word in asked.text.split()]


def _says(word: str) -> Q:
    places = ("name", "code", "project__name", "project__code", "project__purchaser__name", "scope")
    found = Q()
    for place in places:
        found |= Q(**{f"{place}__icontains": word})
    return found


def _midnight(day: date, *, days: int = 0) -> datetime:
    within = max(FIRST_DAY, min(day, LAST_DAY))
    return datetime.combine(within + timedelta(days=days), time.min, tzinfo=CHINA)


def regions(actor: Actor | None = None) -> list[str]:
    """Return the regions of visible projects, each once, in the order of their pronunciation."""
    from pypinyin import lazy_pinyin  # a large dictionary, for whoever asks for this list

    lots = Lot.objects.filter(_seen_by(actor or public()))
    names = Project.objects.filter(lots__in=lots).exclude(region="").values_list("region", flat=True).distinct()
    return sorted(names, key=lazy_pinyin)
