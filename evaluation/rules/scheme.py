"""An evaluation scheme: the data that is locked into the published tender, and its parsing. Pure.

Points are Decimal; in the data decimals are strings, counts integers, never floats (the scheme is hashed as JSON).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from evaluation.rules import scheme_reading as reading
from evaluation.rules.rounding import Rounding
from lawbook.reasons import Refused


class ReviewStage(StrEnum):
    """The parts of the preliminary review, in their order."""

    FORM = "form"
    QUALIFICATION = "qualification"
    RESPONSIVENESS = "responsiveness"


class ItemKind(StrEnum):
    """How a scored item gets its points: by the price formula, by counting, by tier, or freely within its range."""

    PRICE = "price"
    COUNTED = "counted"
    TIERED = "tiered"
    FREE = "free"


@dataclass(frozen=True)
class PassItem:
    """A review item: pass or fail. `ground` is why a failing bid is rejected; `evidence` names document kinds."""

    code: str
    stage: ReviewStage
    title: str
    ground: str
    law: str
    evidence: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tier:
    """One tier 优 良 中 差: scores from `low` to `high`, both included."""

    name: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class CountedRule:
    """Points for things counted: base + each × count, at most `most` of them count."""

    base: Decimal
    each: Decimal
    most: int

    def points(self, count: int) -> Decimal:
        """Return the points for `count` things: base 1, each 2, most 3: 0 → 1, 2 → 5, 9 → 7."""
        return self.base + self.each * min(max(count, 0), self.most)


@dataclass(frozen=True)
class ScoredItem:
    """A scored item. `tiers` only where tiered, `counted` only where counted; `minimum`: the least of a free item."""

    code: str
    title: str
    kind: ItemKind
    points: Decimal
    minimum: Decimal = Decimal(0)
    tiers: tuple[Tier, ...] = ()
    counted: CountedRule | None = None
    standard: str = ""
    evidence: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Scored items that belong together; where `blind` the bidders' names are masked."""

    code: str
    title: str
    points: Decimal
    items: tuple[ScoredItem, ...]
    blind: bool = False


@dataclass(frozen=True)
class PriceRule:
    """The price formula and its parameters. A set with more than one value is drawn from at the opening.

    `formula`: mean | reasonable_low (D from the mean), composite (D from ceiling and mean), low_ratio.
    `e_above`, `e_below`: points lost per percent above and below D. Sets hold ratios (0.03 is three percent).
    """

    formula: str
    drop_count: int = 0
    drop_from: int = 0
    float_set: tuple[Decimal, ...] = ()
    k1_set: tuple[Decimal, ...] = ()
    q_set: tuple[Decimal, ...] = ()
    e_above: Decimal = Decimal(0)
    e_below: Decimal = Decimal(0)


@dataclass(frozen=True)
class Aggregation:
    """How members' scores become one: `mean`, or `drop_extremes` when at least `drop_from` members scored."""

    rule: str = "mean"
    drop_from: int = 5


@dataclass(frozen=True)
class Recommendation:
    """What the report names: `ranked` (1..3 in order) or `unranked` (`count` qualified, 0 means all)."""

    rule: str = "ranked"
    count: int = 3


@dataclass(frozen=True)
class Scheme:
    """A whole scheme. `tie_break` names what decides equal totals, in order: `price` (lower), `group:CODE` (higher)."""

    code: str
    title: str
    method: str
    law: str
    total_points: Decimal
    review: tuple[PassItem, ...]
    groups: tuple[Group, ...]
    price: PriceRule | None
    aggregation: Aggregation
    rounding: Rounding
    recommendation: Recommendation
    tie_break: tuple[str, ...]

    def items(self) -> Iterator[ScoredItem]:
        """Every scored item, group by group."""
        for group in self.groups:
            yield from group.items

    def item(self, code: str) -> ScoredItem:
        """Return the scored item of this code.

        :raises KeyError: when the scheme has none
        """
        for item in self.items():
            if item.code == code:
                return item
        raise KeyError(code)

    def judged_items(self) -> tuple[ScoredItem, ...]:
        """The items that members score: all but the price."""
        return tuple(item for item in self.items() if item.kind is not ItemKind.PRICE)

    def judged_groups(self) -> tuple[Group, ...]:
        """The groups with anything that members score."""
        return tuple(group for group in self.groups if any(item.kind is not ItemKind.PRICE for item in group.items))

    def price_points(self) -> Decimal:
        """How many points the price item carries; 0 without one."""
        return sum((item.points for item in self.items() if item.kind is ItemKind.PRICE), Decimal(0))

    def review_at(self, stage: ReviewStage) -> tuple[PassItem, ...]:
        return tuple(item for item in self.review if item.stage is stage)


class SchemeRefused(Refused):
    """The data is no scheme; every reason names the place."""


def parse(data: Mapping[str, Any]) -> Scheme:
    """Return the scheme that plain data (JSON or TOML) describes; whether it is sound, `scheme_checks` says.

    :raises SchemeRefused: with every missing, unknown or ill-typed member
    """
    found, reasons = reading.read(data, SHAPE)
    if reasons:
        raise SchemeRefused(reasons)
    scheme: Scheme = found
    return scheme


_ITEM_LISTS = {"evidence": reading.optional(reading.words, ()), "hints": reading.optional(reading.words, ())}
_TIER = reading.Shape(Tier, {"name": reading.text, "low": reading.decimal, "high": reading.decimal})
_COUNTED = reading.Shape(CountedRule, {"base": reading.decimal, "each": reading.decimal, "most": reading.whole})
_PASS_ITEM = reading.Shape(
    PassItem,
    {
        "code": reading.code,
        "stage": reading.choice(ReviewStage),
        "title": reading.text,
        "ground": reading.text,
        "law": reading.text,
        **_ITEM_LISTS,
    },
)
_SCORED_ITEM = reading.Shape(
    ScoredItem,
    {
        "code": reading.code,
        "title": reading.text,
        "kind": reading.choice(ItemKind),
        "points": reading.decimal,
        "minimum": reading.optional(reading.decimal, Decimal(0)),
        "tiers": reading.optional(reading.many(_TIER), ()),
        "counted": reading.optional(_COUNTED, None),
        "standard": reading.optional(reading.text, ""),
        **_ITEM_LISTS,
    },
)
_GROUP = reading.Shape(
    Group,
    {
        "code": reading.code,
        "title": reading.text,
        "points": reading.decimal,
        "items": reading.many(_SCORED_ITEM),
        "blind": reading.optional(reading.flag, False),
    },
)
_PRICE = reading.Shape(
    PriceRule,
    {
        "formula": reading.word,
        "drop_count": reading.optional(reading.whole, 0),
        "drop_from": reading.optional(reading.whole, 0),
        "float_set": reading.optional(reading.decimals, ()),
        "k1_set": reading.optional(reading.decimals, ()),
        "q_set": reading.optional(reading.decimals, ()),
        "e_above": reading.optional(reading.decimal, Decimal(0)),
        "e_below": reading.optional(reading.decimal, Decimal(0)),
    },
)
_AGGREGATION = reading.Shape(Aggregation, {"rule": reading.word, "drop_from": reading.optional(reading.whole, 5)})
_ROUNDING = reading.Shape(
    Rounding,
    {
        "mode": reading.word,
        "benchmark_places": reading.optional(reading.whole, 2),
        "score_places": reading.optional(reading.whole, 2),
    },
)
_RECOMMENDATION = reading.Shape(Recommendation, {"rule": reading.word, "count": reading.whole})
SHAPE = reading.Shape(
    Scheme,
    {
        "code": reading.code,
        "title": reading.text,
        "method": reading.word,
        "law": reading.text,
        "total_points": reading.decimal,
        "review": reading.many(_PASS_ITEM),
        "groups": reading.many(_GROUP),
        "price": reading.optional(_PRICE, None),
        "aggregation": _AGGREGATION,
        "rounding": _ROUNDING,
        "recommendation": _RECOMMENDATION,
        "tie_break": reading.optional(reading.words, ()),
    },
)
