"""Marks as invented experts give them: near each other, within the scheme's ranges. Pure: same seed, same marks."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

TENTH = Decimal("0.1")
SPREAD = 0.06  # of the range: how far experts lie apart
Marks = dict[str, dict[str, dict[str, str]]]


def marks_for(sheet: dict[str, Any], *, lot: str, member: str) -> Marks:
    """Return a mark for every bid and item of the sheet that `expert:sheet` gives."""
    return {
        bid["digest"]: {item["code"]: _mark(item, f"{lot}/{bid['digest']}", member) for item in sheet["items"]}
        for bid in sheet["bids"]
    }


def _mark(item: dict[str, Any], bid: str, member: str) -> dict[str, str]:
    if "values" in item:
        return _cell("pass")
    quality = random.Random(f"{bid}/{item['code']}").uniform(0.55, 0.95)
    if item.get("counts"):  # a count is a fact: all see the same
        counts = item["counts"]
        return _cell(counts[round(quality * (len(counts) - 1))]["points"])
    own = quality + random.Random(f"{bid}/{item['code']}/{member}").uniform(-SPREAD, SPREAD) / 2
    low, high = Decimal(item["low"]), Decimal(item["high"])
    points = (low + (high - low) * Decimal(own)).quantize(TENTH, ROUND_HALF_UP)
    return _cell(_within(points, item.get("tiers") or []))


def _within(points: Decimal, tiers: list[dict[str, str]]) -> Decimal:
    """Return the points, or the nearest bound of a tier where they lie between two."""
    bounds = [(Decimal(tier["low"]), Decimal(tier["high"])) for tier in tiers]
    if not bounds or any(low <= points <= high for low, high in bounds):
        return points
    return min((edge for pair in bounds for edge in pair), key=lambda edge: abs(edge - points))


def _cell(value: object) -> dict[str, str]:
    return {"value": str(value), "reason": "", "suggestion": ""}
