"""From members' sheets to one total a bid. Points are Decimal, group scores rounded once by the scheme. Pure.

A member's points within a group are summed; over the members the mean is taken, where the scheme says so without the
highest and the lowest sum; that mean is rounded and published, so that anybody can add up the published figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.rules.rounding import exactly, mean
from evaluation.rules.scheme import Aggregation, Group, ItemKind, Scheme
from evaluation.rules.sheets import Sheet


@dataclass(frozen=True)
class GroupScore:
    """One group of one bid: what each member gave in sum, whose extremes were dropped, and the published score."""

    by_member: Mapping[str, Decimal]
    dropped: tuple[str, ...]
    score: Decimal


@dataclass(frozen=True)
class BidTotal:
    """A bid's scores: group code → score, the price score, and their exact sum."""

    bid: str
    groups: Mapping[str, GroupScore]
    price: Decimal
    total: Decimal


def dropped_members(sums: Mapping[str, Decimal], aggregation: Aggregation) -> tuple[str, ...]:
    """Return whose sums are left out: one lowest and one highest, when enough members scored.

    Of equal extremes the one whose member comes first is left out, which changes no mean.
    """
    if aggregation.rule != "drop_extremes" or len(sums) < max(aggregation.drop_from, 3):
        return ()
    order = sorted(sums, key=lambda member: (sums[member], member))
    return (order[0], order[-1])


def group_score(scheme: Scheme, group: Group, *, bid: str, sheets: Sequence[Sheet]) -> GroupScore:
    """Return the committee's score of one group, without the price item; 0 where only the price is in it.

    Example: sums 24, 25, 26, 27, 30 with the extremes dropped give (25 + 26 + 27) / 3 = 26.00.
    """
    codes = [item.code for item in group.items if item.kind is not ItemKind.PRICE]
    if not codes:
        return GroupScore({}, (), Decimal(0))
    with exactly():
        sums = {sheet.member: sum((sheet.scores[bid][code] for code in codes), Decimal(0)) for sheet in sheets}
    dropped = dropped_members(sums, scheme.aggregation)
    kept = [value for member, value in sums.items() if member not in dropped]
    return GroupScore(sums, dropped, scheme.rounding.score(mean(kept)))


def totals(scheme: Scheme, sheets: Sequence[Sheet], *, price_scores: Mapping[str, Decimal]) -> dict[str, BidTotal]:
    """Return every bid's total: bid → BidTotal, the keys of `price_scores`.

    The order of the sheets does not matter.

    :raises KeyError: where a sheet lacks a score (judge sheets first with `sheets.sheet_reasons`)
    :raises ValueError: without any sheet though the scheme has items to judge
    """
    found = {}
    for bid, price in price_scores.items():
        groups = {group.code: group_score(scheme, group, bid=bid, sheets=sheets) for group in scheme.groups}
        total = sum((one.score for one in groups.values()), price)
        found[bid] = BidTotal(bid, groups, price, total)
    return found
