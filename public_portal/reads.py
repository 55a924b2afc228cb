"""What the public pages read beyond `tendering.queries`: figures of the year, today's deadlines, opening records.

Rehearsals count in no figure. Nothing here tells who or how many bid before the bids are opened (BL-22).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from tendering import queries
from tendering.models import Award, Bid, BidState, Lot, Opening
from tendering.seal_words import ended_because
from ui.figures import SHANGHAI, shanghai

OPENED_STATES = (BidState.OPENED, BidState.REVOKED, BidState.WITHDRAWN_NO_BLAME)
OPENED_STAGES = frozenset(
    {
        "opened",
        "evaluating",
        "evaluated",
        "candidates_published",
        "awarding",
        "result_published",
        "awarded",
        "contracted",
        "archived",
    }
)


@dataclass(frozen=True)
class Figures:
    """The figures of a year; amounts in yuan, `saved_percent` of the ceilings of awarded lots, one decimal."""

    announced: int
    announced_yuan: Decimal
    awarded: int
    awarded_yuan: Decimal
    saved_yuan: Decimal
    saved_percent: Decimal
    bidders: Decimal
    failed: int


def figures(now: datetime) -> Figures:
    """Return the figures of the present year in Asia/Shanghai, over real lots only."""
    year = shanghai(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    real = Lot.objects.filter(project__rehearsal=False)
    announced = real.filter(announced_at__gte=year).aggregate(n=Count("pk"), yuan=Sum("ceiling_yuan"))
    awarded = Award.objects.filter(lot__project__rehearsal=False, issued_at__gte=year, lot__price_kind="total")
    sums = awarded.aggregate(n=Count("pk"), yuan=Sum("price_yuan"), ceiling=Sum("lot__ceiling_yuan"))
    opened = real.filter(opened_at__gte=year)
    bids, lots = Bid.objects.filter(lot__in=opened, state=BidState.OPENED).count(), opened.count()
    paid, ceiling = sums["yuan"] or Decimal(0), sums["ceiling"] or Decimal(0)
    return Figures(
        announced=announced["n"],
        announced_yuan=announced["yuan"] or Decimal(0),
        awarded=sums["n"],
        awarded_yuan=paid,
        saved_yuan=ceiling - paid,
        saved_percent=(100 * (ceiling - paid) / ceiling).quantize(Decimal("0.01")) if ceiling else Decimal(0),
        bidders=(Decimal(bids) / lots).quantize(Decimal("0.1")) if lots else Decimal(0),
        failed=real.filter(stage="failed", stage_at__gte=year).count(),
    )


def closing_today(now: datetime) -> QuerySet[Lot]:
    """Return the lots whose deadline is still to come today, soonest first."""
    midnight = (shanghai(now) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return closing_after(now).filter(deadline_at__lt=midnight.astimezone(SHANGHAI))


def closing_after(now: datetime) -> QuerySet[Lot]:
    """Return the announced lots whose deadline is to come, soonest first."""
    lots = queries.visible_lots().filter(stage="announced", suspended_at=None, deadline_at__gt=now)
    return lots.order_by("deadline_at", "pk")


def in_stage(*names: str) -> QuerySet[Lot]:
    """Return what the public may see in these stages, latest moved first."""
    return queries.visible_lots().filter(stage__in=names).order_by("-stage_at")


@dataclass(frozen=True)
class RecordRow:
    """One line of the opening record. `price_yuan` is None for a bid that could not be decrypted."""

    number: int
    bidder: str
    bid_digest: str
    state: str
    price_yuan: Decimal | None
    duration_days: int | None
    lead_person: str
    opened_by: str
    over_ceiling: bool
    confirmed_at: datetime | None
    why: str  # Chinese words for a bid that could not be opened, to be translated


@dataclass(frozen=True)
class Record:
    """The opening record of a lot whose bids are open."""

    opening: Opening
    rows: list[RecordRow]


def opening_record(lot: Lot) -> Record | None:
    """Return the opening record once the bids are open; None before, whatever is in the database."""
    if lot.stage not in OPENED_STAGES or lot.opened_at is None:
        return None
    opening = Opening.objects.filter(lot=lot).first()
    if opening is None:
        return None
    bids = Bid.objects.filter(lot=lot, in_closing_set=True, state__in=OPENED_STATES)
    bids = bids.select_related("bidder", "opened").order_by("received_at", "pk")
    return Record(opening, [_row(number, bid) for number, bid in enumerate(bids, 1)])


def _row(number: int, bid: Bid) -> RecordRow:
    opened: Any = getattr(bid, "opened", None)
    return RecordRow(
        number=number,
        bidder=bid.bidder.name,
        bid_digest=bid.bid_digest,
        state=bid.state,
        price_yuan=opened.price_yuan if opened else None,
        duration_days=opened.duration_days if opened else None,
        lead_person=opened.lead_person if opened else "",
        opened_by=opened.opened_by if opened else "",
        over_ceiling=bool(opened and opened.over_ceiling),
        confirmed_at=opened.confirmed_at if opened else None,
        why=ended_because(bid.end_reason),
    )


def award_of(lot: Lot) -> Award | None:
    """Return the winner once the result is published; None before."""
    if lot.result_published_at is None:
        return None
    return Award.objects.select_related("winner", "bid").filter(lot=lot).first()
