"""What is judged in a phase, as the room shows it: review items and scored items in one shape. Reads only."""

from dataclasses import dataclass, field
from decimal import Decimal

from evaluation import queries
from evaluation.rules.scheme import Group, ItemKind, PassItem, Scheme, ScoredItem
from lawbook.words import gettext_noop as _

FINDING = "finding"
STAGE_WORDS = {"form": _("形式评审"), "qualification": _("资格评审"), "responsiveness": _("响应性评审")}
MOST_COUNTS = 10  # as many buttons as one can survey


@dataclass(frozen=True)
class RoomItem:
    """One item. `kind`: finding | tiered | counted | free; `counts`: (how many, points) of a counted item."""

    code: str
    title: str
    group: str
    kind: str
    standard: str
    law: str = ""
    points: str = ""
    low: str = ""
    tiers: tuple[tuple[str, str, str], ...] = ()
    counts: tuple[tuple[int, str], ...] = ()  # empty where there are too many to choose from: points are typed then
    counting: tuple[str, int] | None = None  # points each, most that count
    hints: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    blind: bool = False


@dataclass(frozen=True)
class ItemGroup:
    """Items under one heading; `points` is empty in the preliminary review."""

    title: str
    points: str
    items: tuple[RoomItem, ...]
    blind: bool = False


@dataclass(frozen=True)
class Items:
    """The items of a phase, in order and grouped."""

    groups: tuple[ItemGroup, ...]
    price: tuple[str, str] | None = field(default=None)  # title and points of the computed price item

    @property
    def all(self) -> list[RoomItem]:
        return [item for group in self.groups for item in group.items]

    @property
    def codes(self) -> list[str]:
        return [item.code for item in self.all]

    def get(self, code: str) -> RoomItem:
        """Return the item. :raises KeyError: the phase has none of this code"""
        return {item.code: item for item in self.all}[code]


def items_of(scheme: Scheme, phase: str) -> Items:
    """Return what is judged in the preliminary review, else in the detailed one."""
    return _review(scheme) if phase == queries.PRELIMINARY else _scored(scheme)


def _review(scheme: Scheme) -> Items:
    stages = dict.fromkeys(item.stage for item in scheme.review)
    return Items(
        tuple(
            ItemGroup(STAGE_WORDS[stage], "", tuple(_finding(item) for item in scheme.review_at(stage)))
            for stage in stages
        )
    )


def _finding(item: PassItem) -> RoomItem:
    return RoomItem(
        code=item.code,
        title=item.title,
        group=STAGE_WORDS[item.stage],
        kind=FINDING,
        standard=item.ground,
        law=item.law,
        hints=item.hints,
        evidence=item.evidence,
    )


def _scored(scheme: Scheme) -> Items:
    groups = []
    for group in scheme.groups:
        judged = tuple(_item(item, group) for item in group.items if item.kind is not ItemKind.PRICE)
        if judged:
            groups.append(ItemGroup(group.title, str(group.points), judged, group.blind))
    priced = [item for item in scheme.items() if item.kind is ItemKind.PRICE]
    return Items(tuple(groups), (priced[0].title, str(priced[0].points)) if priced else None)


def _item(item: ScoredItem, group: Group) -> RoomItem:
    return RoomItem(
        code=item.code,
        title=item.title,
        group=group.title,
        kind=item.kind.value,
        standard=item.standard,
        points=str(item.points),
        low=str(item.minimum if item.kind is ItemKind.FREE else Decimal(0)),
        tiers=tuple((tier.name, str(tier.low), str(tier.high)) for tier in item.tiers),
        counts=_counts(item),
        counting=(str(item.counted.each), item.counted.most) if item.counted else None,
        hints=item.hints,
        evidence=item.evidence,
        blind=group.blind,
    )


def _counts(item: ScoredItem) -> tuple[tuple[int, str], ...]:
    rule = item.counted
    if rule is None or rule.most > MOST_COUNTS:
        return ()
    return tuple((count, str(rule.points(count))) for count in range(rule.most + 1))


def blind_evidence(scheme: Scheme) -> frozenset[str]:
    """Return the roles of the files that blind items are judged on: names in them are masked."""
    return frozenset(role for group in scheme.groups if group.blind for item in group.items for role in item.evidence)
