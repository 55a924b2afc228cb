"""One's own marks: read from a form or JSON, merged into the sheet, counted, given out as JSON. Nobody else's."""

from typing import Any

from django.http import QueryDict

from expert_portal.items import FINDING, Items, RoomItem
from expert_portal.seats import Seat

Marks = dict[str, dict[str, dict[str, str]]]
FIELDS = ("value", "reason", "suggestion")


def marks_of(seat: Seat) -> Marks:
    """Return the marks of the present phase."""
    return dict(seat.sheet.marks) if seat.sheet else {}


def cell_of(form: QueryDict) -> dict[str, str]:
    """Return one mark as a form gives it: a tier's button stands for its highest score unless a score is typed."""
    value = form.get("value", "").strip() or form.get("tier", "").strip()
    return {"value": value, "reason": form.get("reason", "").strip(), "suggestion": form.get("suggestion", "")}


def cells_of(form: QueryDict, digests: list[str]) -> dict[str, dict[str, str]]:
    """Return bid → mark as the form over all bids gives them; each bid's fields bear its `prefix_of`."""
    found = {}
    for digest in digests:
        names = {name: prefix_of(digest) + name for name in (*FIELDS, "tier")}
        typed = {name: form.get(full, "").strip() for name, full in names.items()}
        found[digest] = {name: typed[name] for name in FIELDS} | {"value": typed["value"] or typed["tier"]}
    return found


def prefix_of(digest: str) -> str:
    """Return what a bid's fields begin with in the form over all bids."""
    return f"{digest}-"


def same(cell: dict[str, str] | None, other: dict[str, str]) -> bool:
    """Whether two marks say the same: a field left out is empty, and browsers post line ends of their own."""
    return all((cell or {}).get(name, "") == other.get(name, "").replace("\r\n", "\n") for name in FIELDS)


def merged(marks: Marks, patch: Marks) -> Marks:
    """Return the marks with the cells of `patch` in the place of the old ones."""
    return {bid: {**marks.get(bid, {}), **patch.get(bid, {})} for bid in {**marks, **patch}}


def is_done(item: RoomItem, cell: dict[str, str] | None) -> bool:
    """Whether a cell is complete: a value, and for a failing finding the reason."""
    if not cell or not cell.get("value"):
        return False
    return not (item.kind == FINDING and cell["value"] == "fail" and not cell.get("reason", "").strip())


def missing(items: Items, digests: list[str], marks: Marks) -> list[tuple[str, str]]:
    """Return (item, bid) of every cell that is not done, item by item."""
    return [
        (item.code, digest)
        for item in items.all
        for digest in digests
        if not is_done(item, marks.get(digest, {}).get(item.code))
    ]


def as_json(seat: Seat, items: Items, bids: list[Any]) -> dict[str, Any]:
    """Return one's own sheet with everything a script needs to fill it."""
    return {
        "phase": seat.phase,
        "version": seat.version,
        "submitted_at": seat.sheet.submitted_at.isoformat() if seat.sheet and seat.sheet.submitted_at else None,
        "marks": marks_of(seat),
        "bids": [{"digest": bid.digest, "label": bid.label} for bid in bids],
        "items": [_item_json(item) for item in items.all],
    }


def _item_json(item: RoomItem) -> dict[str, Any]:
    found: dict[str, Any] = {"code": item.code, "title": item.title, "group": item.group, "kind": item.kind}
    if item.kind == FINDING:
        return found | {"values": ["pass", "fail"]}
    return found | {
        "low": item.low,
        "high": item.points,
        "tiers": [{"name": name, "low": low, "high": high} for name, low, high in item.tiers],
        "counts": [{"count": count, "points": points} for count, points in item.counts],
        "blind": item.blind,
    }
