"""The order of the bids and what the committee recommends. Pure.

Higher total first. Equal totals are decided by the scheme's published keys in order (`price`: lower first,
`group:CODE`: higher first); what is still equal is decided by a draw, never by the order of the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from evaluation.rules.aggregation import BidTotal
from evaluation.rules.scheme import Recommendation, Scheme
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _

MESSAGES: dict[str, str] = {
    "tie_undecided": _("{bids} 按招标文件的规则仍然同分，请进行公开抽签后再排序。"),
}


class TieUndecided(Refused):
    """Bids are equal by every published key: a draw has to decide; `tied` holds their sets."""

    def __init__(self, tied: tuple[tuple[str, ...], ...]) -> None:
        self.tied = tied
        text = MESSAGES["tie_undecided"]
        super().__init__([Reason("tie_undecided", text, "BR-49", {"bids": "、".join(bids)}) for bids in tied])


@dataclass(frozen=True)
class Place:
    """A bid's place, counted from 1, without shared places. `decided_by`: what separated it from the one before it,

    `total`, a key of the tie-break, or `draw`; the first place says `total`.
    """

    bid: str
    place: int
    total: Decimal
    decided_by: str


def _keys(scheme: Scheme, total: BidTotal, price: Decimal) -> tuple[Decimal, ...]:
    """Sorts ascending: the total and groups negated, the price as it is."""
    rest = [price if key == "price" else -total.groups[key.removeprefix("group:")].score for key in scheme.tie_break]
    return (-total.total, *rest)


def rank(
    scheme: Scheme,
    totals: Mapping[str, BidTotal],
    *,
    prices: Mapping[str, Decimal],
    drawn: tuple[str, ...] = (),
) -> tuple[Place, ...]:
    """Return every bid in order, best first; the order of `totals` does not matter.

    `prices`: bid → price as compared. `drawn`: the outcome of a draw among bids that are equal by every key.

    :raises TieUndecided: when bids are equal by every key and `drawn` does not name them
    """
    keys = {bid: _keys(scheme, total, prices[bid]) for bid, total in totals.items()}
    order = sorted(totals, key=lambda bid: (keys[bid], bid))
    tied = [tuple(bids) for _key, bids in groupby(order, key=keys.__getitem__)]
    undecided = tuple(bids for bids in tied if len(bids) > 1 and not set(bids) <= set(drawn))
    if undecided:
        raise TieUndecided(undecided)
    final = [bid for bids in tied for bid in (sorted(bids, key=drawn.index) if len(bids) > 1 else bids)]
    names = ("total", *scheme.tie_break)
    return tuple(
        Place(
            bid,
            number,
            totals[bid].total,
            _decided(names, keys[final[number - 2]], keys[bid]) if number > 1 else "total",
        )
        for number, bid in enumerate(final, 1)
    )


def _decided(names: tuple[str, ...], before: tuple[Decimal, ...], own: tuple[Decimal, ...]) -> str:
    return next((name for name, one, two in zip(names, before, own, strict=True) if one != two), "draw")


def recommended(places: tuple[Place, ...], recommendation: Recommendation) -> tuple[str, ...]:
    """Return the bids the report names: the best `count` in order, or, unranked, the qualified set sorted by name.

    An unranked count of 0 names all.
    """
    count = recommendation.count or len(places)
    best = tuple(place.bid for place in places[:count])
    return best if recommendation.rule == "ranked" else tuple(sorted(best))
