"""A member's score sheet and whether it may be submitted: complete, in range, in tier. Points are Decimal. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evaluation.rules.scheme import ItemKind, Scheme, ScoredItem, Tier
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

MESSAGES: dict[str, str] = {
    "score_missing": _("“{item}”还没有打分（{bid}）。"),
    "score_unknown": _("评标办法中没有“{item}”这一项。"),
    "bid_unknown": _("{bid} 不在详细评审范围内。"),
    "score_out_of_range": _("“{item}”的分数{found}应在{low}和{high}之间（{bid}）。"),
    "score_between_tiers": _("“{item}”的分数{found}不在任何一档内（{bid}）。"),
    "score_not_counted": _("“{item}”的分数{found}不是按数量计算得出的（{bid}）。"),
    "score_places": _("“{item}”的分数{found}小数位数过多，最多{places}位（{bid}）。"),
}


@dataclass(frozen=True)
class Sheet:
    """One member's points: bid → item code → points. The price item is computed and never on a sheet."""

    member: str
    scores: Mapping[str, Mapping[str, Decimal]]


def tier_of(item: ScoredItem, points: Decimal) -> Tier | None:
    """Return the tier in which the points lie, or None between tiers."""
    return next((tier for tier in item.tiers if tier.low <= points <= tier.high), None)


def sheet_reasons(scheme: Scheme, sheet: Sheet, *, bids: Iterable[str]) -> list[Reason]:
    """Return every reason why the sheet may not be submitted; empty when every bid and item is soundly scored."""
    wanted = {item.code: item for item in scheme.judged_items()}
    found = list(_strangers(sheet, wanted, set(bids)))
    for bid in sorted(bids):
        given = sheet.scores.get(bid, {})
        for code, item in wanted.items():
            if code not in given:
                found.append(_reason("score_missing", item=item.title, bid=bid))
            else:
                found.extend(score_reasons(item, given[code], bid=bid, places=scheme.rounding.score_places))
    return found


def _strangers(sheet: Sheet, wanted: Mapping[str, ScoredItem], bids: set[str]) -> Iterator[Reason]:
    for bid in sorted(set(sheet.scores) - bids):
        yield _reason("bid_unknown", bid=bid)
    codes = {code for scores in sheet.scores.values() for code in scores}
    for code in sorted(codes - set(wanted)):
        yield _reason("score_unknown", item=code)


def score_reasons(item: ScoredItem, points: Decimal, *, bid: str = "", places: int = 2) -> list[Reason]:
    """Return why these points are not possible for the item; empty when they are."""
    values = {"item": item.title, "bid": bid, "found": str(points)}
    low = item.minimum if item.kind is ItemKind.FREE else Decimal(0)
    if not points.is_finite() or not low <= points <= item.points:
        return [_reason("score_out_of_range", **values, low=str(low), high=str(item.points))]
    found = []
    if points != round(points, places):
        found.append(_reason("score_places", **values, places=str(places)))
    if item.kind is ItemKind.TIERED and tier_of(item, points) is None:
        found.append(_reason("score_between_tiers", **values))
    if item.counted and points not in {item.counted.points(count) for count in range(item.counted.most + 1)}:
        found.append(_reason("score_not_counted", **values))
    return found


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], "BR-49", values)
