"""The public state of a hall: one dictionary that says everything the screen shows. Times ISO UTC, money yuan as text.

Before the opening has started it names no bidder and counts none (BL-22); prices appear together, once all are settled.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import ledger
from identity.models import Organisation
from ledger import clock
from tendering import bid_queries, draw_queries, faults, queries
from tendering.models import Bid, BidState, HallMessage, Lot, OpenedBid, Opening
from tendering.refusals import NotFound
from tendering.rules.collection import Shares

STEPS = ("ceiling", "names", "sign_in", "decrypt", "check_ceiling", "read_out", "confirm", "record")
SETTLED_BADLY = frozenset({BidState.REVOKED, BidState.WITHDRAWN_NO_BLAME})
LOG_LINES = 40
Seen = tuple[Bid, Shares]
LOG_KINDS = (
    "lot.closed",
    "opening.started",
    "draw.opened",
    "draw.contributed",
    "draw.revealed",
    "opening.signed_in",
    "opening.rescue_asked",
    "share.released",
    "opening.window_paused",
    "opening.window_resumed",
    "opening.window_extended",
    "opening.window_ended",
    "bid.opened",
    "bid.revoked",
    "bid.withdrawn_no_blame",
    "opening.finished",
    "price.confirmed",
    "opening.objected",
    "opening.answered",
    "opening.recorded",
    "lot.failed",
)


def may_be_watched(code: str) -> bool:
    """Whether the lot exists and was announced; `code` is as it came in a websocket's address."""
    if not code.isprintable():  # PostgreSQL refuses to be asked for NUL
        return False
    try:
        return queries.lot_by_code(code).announced_at is not None
    except NotFound:
        return False


def hall_state(code: str) -> dict[str, Any]:
    """Return the present state.

    `index` grows with every entry of the ledger, so that a screen can drop an overtaken frame.

    :raises NotFound: there is no such lot
    """
    lot = queries.lot_by_code(code)
    now = clock.now()
    opening = Opening.objects.filter(lot=lot).first()
    bids = _bids(lot) if opening else []
    seen = [(bid, _shares(bid)) for bid in bids]
    opened = {row.bid_id: row for row in bid_queries.opened_bids(lot)} if lot.opened_at else {}
    return {
        "now": now.isoformat(),
        "lot": lot.code,
        "index": ledger.head()["size"],
        "stage": lot.stage,
        "suspended": lot.suspended_at is not None,
        "deadline": _iso(lot.deadline_at),
        "window_ends_at": _iso(opening.window_ends_at) if opening and opening.ended_at is None else None,
        "paused": bool(opening and opening.paused_at and opening.ended_at is None),
        "step": _step(lot, opening, opened),
        "steps": _steps(lot, opening, seen, opened),
        "drawn": draw_queries.drawn_coefficients(lot),
        "bidders": _bidders(seen, opening, opened),
        "custodians": _custodians(lot, bids) if opening else [],
        "log": _log(lot, bids) if opening else [],
        "messages": _messages(opening),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _bids(lot: Lot) -> list[Bid]:
    return list(bid_queries.bids_in_closing_set(lot).prefetch_related("releases", "uploads"))


def _step(lot: Lot, opening: Opening | None, opened: dict[int, OpenedBid]) -> str:
    if opening is None:
        return "ceiling"
    if lot.opened_at is None:
        return "decrypt"
    if opening.record_confirmed_at:
        return "finished"
    return "record" if opened and all(row.confirmed_at for row in opened.values()) else "confirm"


def _steps(lot: Lot, opening: Opening | None, seen: list[Seen], opened: dict[int, OpenedBid]) -> list[dict[str, Any]]:
    keys = sum(_lock(bid, shares) == "open" for bid, shares in seen)
    confirmed = sum(row.confirmed_at is not None for row in opened.values())
    started = _iso(opening.started_at) if opening else None
    when = {
        "ceiling": started,
        "names": started,
        "sign_in": started,
        "check_ceiling": _iso(lot.opened_at),
        "read_out": _iso(lot.opened_at),
        "record": _iso(opening.record_confirmed_at) if opening else None,
    }
    notes = {
        "decrypt": f"{keys} / {len(seen)}" if seen else "",
        "confirm": f"{confirmed} / {len(opened)}" if opened else "",
    }
    return [{"key": key, "at": when.get(key), "note": notes.get(key, "")} for key in STEPS]


def _shares(bid: Bid) -> Shares:
    return bid_queries.shares_of(bid, bid.releases.all())


def _lock(bid: Bid, shares: Shares) -> str:
    if bid.state in SETTLED_BADLY or bid.damaged_at is not None or faults.failed(bid):
        return "fail"
    if bid.state == BidState.OPENED or shares.openable:
        return "open"
    return "turn" if shares.matching else "wait"


def _bidders(seen: list[Seen], opening: Opening | None, opened: dict[int, OpenedBid]) -> list[dict[str, Any]]:
    signed_in = {row.organisation_id for row in opening.sign_ins.all()} if opening else set()
    return [
        _bidder(no, bid, shares)
        | _presence(bid, shares, present=bid.bidder_id in signed_in)
        | _read_out(opened.get(bid.pk))
        for no, (bid, shares) in enumerate(seen, 1)
    ]


def _bidder(no: int, bid: Bid, shares: Shares) -> dict[str, Any]:
    group = next((g for g in shares.header.binding.groups if g.name == "custodians"), None)
    return {
        "no": no,
        "name": bid.bidder.name,
        "lock": _lock(bid, shares),
        "at": _iso(max((r.received_at for r in bid.releases.all() if r.matches), default=None)),
        "have": len(shares.matching.get("custodians", ())),
        "need": group.threshold if group else 0,
        "by": "bidder" if shares.bidder_released else "custodians",
        "price": None,
    }


def _presence(bid: Bid, shares: Shares, *, present: bool) -> dict[str, str]:
    return {"detail": _detail(bid, _lock(bid, shares), shares, present=present)}


def _detail(bid: Bid, lock: str, shares: Shares, *, present: bool) -> str:
    if lock == "fail":
        waiting = "damaged" if bid.damaged_at is not None else "platform_fault"
        return waiting if bid.state == BidState.RECEIVED else str(bid.state)
    if lock == "open":
        return "bidder_key" if shares.bidder_released else "custodian_keys"
    if lock == "turn":
        return "some_shares"
    return "signed_in" if present else "not_signed_in"


def _read_out(opened: OpenedBid | None) -> dict[str, Any]:
    if opened is None:
        return {}
    return {
        "price": str(opened.price_yuan),
        "duration": opened.duration_days,
        "over_ceiling": opened.over_ceiling,
        "by": opened.opened_by,
        "confirmed_at": _iso(opened.confirmed_at),
    }


def _custodians(lot: Lot, bids: list[Bid]) -> list[dict[str, Any]]:
    recipients = queries.parameters_in_force(lot).recipients
    names = dict(
        Organisation.objects.filter(uscc__in=[r["organisation"] for r in recipients]).values_list("uscc", "name")
    )
    came: dict[str, list[int]] = {}
    for no, bid in enumerate(bids, 1):
        for release in bid.releases.all():
            if release.group == "custodians" and release.matches:
                came.setdefault(release.kid, []).append(no)
    return [
        {"name": names.get(r["organisation"]) or r["organisation"], "shares": came.get(r["kid"], [])}
        for r in recipients
    ]


def _log(lot: Lot, bids: list[Bid]) -> list[dict[str, Any]]:
    numbers = {bid.bid_digest: no for no, bid in enumerate(bids, 1)}
    by_uscc = {bid.bidder.uscc: no for no, bid in enumerate(bids, 1)}
    rows = ledger.entries_of(lot.code, kinds=LOG_KINDS)[-LOG_LINES:]
    return [_line(row, numbers, by_uscc) for row in reversed(rows)]


def _line(row: dict[str, Any], numbers: dict[str, int], by_uscc: dict[str, int]) -> dict[str, Any]:
    payload = row["body"]["payload"]
    no = numbers.get(str(payload.get("bid_digest", ""))) or by_uscc.get(str(payload.get("bidder", "")))
    kind = row["body"]["kind"]
    if kind == "share.released" and payload.get("group") == "bidder":
        kind = "share.released.bidder"
    return {
        "index": row["index"],
        "at": row["at"],
        "kind": kind,
        "values": {"no": no or "", "number": payload.get("number", "")},
    }


def _messages(opening: Opening | None) -> list[dict[str, Any]]:
    rows: Iterable[HallMessage] = opening.messages.order_by("-at", "-pk")[:20] if opening else []
    return [{"at": _iso(m.at), "author": m.author, "kind": m.kind, "text": m.text} for m in rows]
