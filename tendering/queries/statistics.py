"""The statistics of a year, read in three queries. Rehearsals never count; nothing tells of bids before the opening."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from ledger.models import Body
from tendering.models import BidState, Lot
from tendering.rules import statistics as rules
from tendering.rules.statistics import Group, LotFact, Span

CHINA = ZoneInfo("Asia/Shanghai")
_DATES = (
    *("announced_at", "deadline_at", "opened_at", "evaluated_at"),
    *("publicity_starts_at", "publicity_ends_at", "awarded_at"),
)


@dataclass(frozen=True)
class Statistics:
    """Everything the statistics pages show. Keys are codes of procedures, regions, months and stages."""

    year: int
    lots: list[LotFact]
    total: Group
    by_type: list[Group]
    by_region: list[Group]
    by_month: list[Group]
    by_stage: list[tuple[str, int]]
    competition: list[tuple[str, int]]
    spans: list[Span]


def statistics(year: int, *, procedure: str = "", region: str = "") -> Statistics:
    """Return the figures over lots that were accepted or awarded in that year in China, of one type or region if given.

    `by_stage` counts where those lots stand now.
    """
    lots = [lot for lot in _facts(year, procedure, region) if lot.accepted_month or lot.closed_month]
    return Statistics(
        year=year,
        lots=lots,
        total=rules.group("", lots),
        by_type=rules.groups(lots, lambda lot: lot.procedure),
        by_region=rules.groups(lots, lambda lot: lot.region),
        by_month=rules.months(lots),
        by_stage=sorted(Counter(lot.stage for lot in lots).items()),
        competition=rules.competition(lots),
        spans=rules.spans(lots),
    )


def _facts(year: int, procedure: str, region: str) -> list[LotFact]:
    accepted = dict(Body.objects.filter(kind="lot.accepted").order_by("entry_id").values_list("lot", "entry__at"))
    opened = Count("bids", filter=Q(bids__in_closing_set=True, bids__state=BidState.OPENED))
    rows = Lot.objects.filter(project__rehearsal=False).exclude(stage="draft").select_related("project", "award")
    if procedure:
        rows = rows.filter(project__procedure=procedure)
    if region:
        rows = rows.filter(project__region=region)
    return [_fact(lot, accepted.get(lot.code), year) for lot in rows.annotate(opened_bids=opened).order_by("pk")]


def _fact(lot: Lot, accepted_at: datetime | None, year: int) -> LotFact:
    award = getattr(lot, "award", None)
    total = award is not None and award.issued_at is not None and lot.price_kind == "total"
    return LotFact(
        code=lot.code,
        name=lot.name,
        procedure=lot.project.procedure,
        region=lot.project.region,
        stage=lot.stage,
        accepted_month=_month(accepted_at or lot.announced_at, year),
        closed_month=_month(lot.awarded_at, year),
        ceiling_yuan=lot.ceiling_yuan,
        price_yuan=award.price_yuan if award is not None and total else None,
        bidders=vars(lot)["opened_bids"] if lot.opened_at else None,
        **{name: getattr(lot, name) for name in _DATES},
    )


def _month(at: datetime | None, year: int) -> int:
    """Return the month of an instant if it lies in that year, else 0."""
    local = at.astimezone(CHINA) if at else None
    return local.month if local and local.year == year else 0
