"""Scores that stand out and must be explained: warnings, never corrections. Points are Decimal. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from evaluation.rules.scheme import ItemKind, Scheme, ScoredItem
from evaluation.rules.sheets import Sheet

SHARE = Decimal("0.3")  # of the item's points, from the median of the other members
MEMBERS_NEEDED = 3


@dataclass(frozen=True)
class Outlier:
    """One score that stands out. `kind`: `far` from the others' median, or `disagreement` on something counted."""

    kind: str
    member: str
    bid: str
    item: str
    points: Decimal
    median: Decimal


def outliers(scheme: Scheme, sheets: Sequence[Sheet], *, share: Decimal = SHARE) -> tuple[Outlier, ...]:
    """Return every score further from the median of the other members than `share` of the item's points.

    A counted item is a fact: there any score that differs from the others' median stands out. With fewer than three
    members nothing does. Sorted by bid, item, member; the order of the sheets does not matter.
    Example: an item of 10 points, others 8, 8, 7, 8 (median 8): a 4 stands out (4 > 3), a 5 does not.
    """
    if len(sheets) < MEMBERS_NEEDED:
        return ()
    bids = sorted({bid for sheet in sheets for bid in sheet.scores})
    found = [
        one for bid in bids for item in scheme.judged_items() for one in _of_item(item, bid, sheets=sheets, share=share)
    ]
    return tuple(sorted(found, key=lambda one: (one.bid, one.item, one.member)))


def _of_item(item: ScoredItem, bid: str, *, sheets: Sequence[Sheet], share: Decimal) -> list[Outlier]:
    given = {sheet.member: sheet.scores[bid][item.code] for sheet in sheets if item.code in sheet.scores.get(bid, {})}
    counted = item.kind is ItemKind.COUNTED
    limit = Decimal(0) if counted else share * item.points
    kind = "disagreement" if counted else "far"
    found = []
    for member, points in given.items():
        others = [value for other, value in given.items() if other != member]
        if others and abs(points - median(others)) > limit:
            found.append(Outlier(kind, member, bid, item.code, points, median(others)))
    return found
