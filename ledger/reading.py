"""Reading the ledger: the feed by index, and all entries of a lot; bodies only where the viewer may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ledger.canonical import instant
from ledger.kinds import KINDS, REVEALED_BY, SECRECY_ENDED_BY, Visibility
from ledger.models import Body, Entry

MOST_ROWS = 1000


@dataclass(frozen=True)
class Viewer:
    """Who reads: an organisation by USCC, the regulator, or the house itself. The default is the public."""

    uscc: str = ""
    regulator: bool = False
    house: bool = False


PUBLIC = Viewer()
HOUSE = Viewer(house=True)  # readers inside the installation, which decide themselves what they show to whom


def feed(after: int | None = None, *, limit: int = 200, viewer: Viewer = PUBLIC) -> list[dict[str, Any]]:
    """Return the entries after index `after` (None: from the first), in order, at most `limit` (1 … 1000).

    A row is `{"index", "at", "leaf", "leaf_sm3", "body", "salt", "revealed"}`. Where the viewer may not see it, `body`
    and `salt` are None. `body` is `{kind, lot, role, payload, personal: {field: hash}}` exactly as hashed, `revealed`
    maps field → `{"salt", "value"}` for the personal values the viewer may know. No committed entry ever appears behind
    one already read.
    """
    start = -1 if after is None else max(after, -1)
    rows = Entry.objects.filter(index__gt=start).order_by("index")[: max(1, min(limit, MOST_ROWS))]
    return rows_of(rows, viewer)


def entries_of(lot: str, *, kinds: Iterable[str] = (), viewer: Viewer = HOUSE) -> list[dict[str, Any]]:
    """Return all entries of a lot in order, as `feed` does, with their bodies unless a narrower viewer is given."""
    rows = Entry.objects.filter(body__lot=lot, index__gte=0).order_by("index")
    wanted = list(kinds)
    return rows_of(rows.filter(body__kind__in=wanted) if wanted else rows, viewer)


def rows_of(rows: QuerySet[Entry], viewer: Viewer) -> list[dict[str, Any]]:
    """Return the rows of a query as the feed gives them."""
    found = list(rows.select_related("body").prefetch_related("personal_values"))
    events = _events({entry.body.lot for entry in found if entry.body.lot})
    return [_row(entry, viewer, events[entry.body.lot]) for entry in found]


def _events(lots: set[str]) -> Mapping[str, set[str]]:
    """Return lot → the kinds in it that end a secrecy, by entries: a body without one unveils nothing."""
    kinds = SECRECY_ENDED_BY.union(*REVEALED_BY.values())
    events: dict[str, set[str]] = defaultdict(set)
    rows = Entry.objects.filter(index__gte=0, body__lot__in=lots, body__kind__in=kinds).order_by()
    for lot, kind in rows.values_list("body__lot", "body__kind"):
        events[lot].add(kind)
    return events


def _row(entry: Entry, viewer: Viewer, events: set[str]) -> dict[str, Any]:
    body = entry.body
    values = {value.field: {"salt": value.salt, "value": value.value} for value in entry.personal_values.all()}
    own = bool(viewer.uscc) and values.get("organisation", {}).get("value") == viewer.uscc
    face: dict[str, Any] = {"index": entry.index, "at": instant(entry.at), "leaf": entry.leaf}
    face["leaf_sm3"] = entry.leaf_sm3
    if not may_see(KINDS[body.kind], viewer, own=own, events=events):
        return {**face, "body": None, "salt": None, "revealed": {}}
    shown = {name: getattr(body, name) for name in ("kind", "lot", "role", "payload", "personal")}
    revealed = values if _may_know(body, viewer, own=own, events=events) else {}
    return {**face, "body": shown, "salt": body.salt, "revealed": revealed}


def may_see(seen: Visibility, viewer: Viewer, *, own: bool, events: set[str]) -> bool:
    """Whether the viewer may see a body. `own`: its organisation did the act; `events`: kinds already in the lot."""
    if viewer.house or seen is Visibility.PUBLIC or REVEALED_BY.get(seen, frozenset()) & events:
        return True
    if seen in (Visibility.UNTIL_OPENED, Visibility.PERSONAL):
        return own or (viewer.regulator and bool(SECRECY_ENDED_BY & events))
    return viewer.regulator or (own and seen is Visibility.SUPERVISED)


def _may_know(body: Body, viewer: Viewer, *, own: bool, events: set[str]) -> bool:
    """Whether the viewer may know the persons behind an entry it may see."""
    if viewer.house or own:
        return True
    # BL-22: before the opening nobody, the regulator included, learns which organisations take an interest in a lot
    return viewer.regulator and (body.role != "bidder" or bool(SECRECY_ENDED_BY & events))
