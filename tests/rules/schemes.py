"""Small schemes and sheets for the tests of evaluation."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import lawbook
from evaluation.rules.scheme import Scheme, parse
from evaluation.rules.sheets import Sheet


def data(**changes: Any) -> dict[str, Any]:
    """The ready-made scheme as plain data, with top-level members replaced."""
    return {**lawbook.scheme("construction"), **changes}


def scheme(**changes: Any) -> Scheme:
    return parse(data(**changes))


def one_item(points: str = "30", *, kind: str = "free") -> Scheme:
    """A scheme with one free technical item and the price."""
    rest = str(100 - Decimal(points))
    return scheme(
        groups=[
            {
                "code": "technical",
                "title": "技术",
                "points": points,
                "items": [{"code": "item", "title": "方案", "kind": kind, "points": points}],
            },
            {
                "code": "price",
                "title": "报价",
                "points": rest,
                "items": [{"code": "price", "title": "报价", "kind": "price", "points": rest}],
            },
        ]
    )


def sheet(member: str, points: Mapping[str, str], *, item: str = "item") -> Sheet:
    """One member's sheet with one item: bid → points."""
    return Sheet(member, {bid: {item: Decimal(value)} for bid, value in points.items()})
