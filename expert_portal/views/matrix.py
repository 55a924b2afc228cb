"""All items over all bids, the colleagues' marks only once everybody has submitted."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import queries
from expert_portal.bids import RoomBid
from expert_portal.context import Work, frame
from expert_portal.items import FINDING, RoomItem
from expert_portal.marks import is_done
from expert_portal.seats import REVIEWS, Seat, seat_of
from identity.policy import Act
from tendering.models import Lot
from ui.access import access
from ui.lists import sheet_response

TEMPLATE = "expert/matrix.html"
ORDER = ("preliminary", "detailed", "summary", "signed")


@require_safe
@access(Act.PLEDGE)
def matrix(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the matrix of the phase, or of an earlier one (`?phase=`)."""
    seat = seat_of(request, lot)
    if seat.phase not in ORDER or not seat.pledged:
        return redirect("expert:room", lot.code)
    asked = request.GET.get("phase", "")
    phase = asked if asked in REVIEWS and ORDER.index(asked) <= ORDER.index(seat.phase) else _present(seat.phase)
    context = matrix_context(seat, phase)
    return _sheet(context) if request.GET.get("format") == "xlsx" else render(request, TEMPLATE, context)


def _present(phase: str) -> str:
    return phase if phase in REVIEWS else queries.DETAILED


def matrix_context(seat: Seat, phase: str) -> dict[str, Any]:
    """Return the table. Colleagues' marks are in it only when the phase is over: everybody has submitted by then."""
    work = Work(seat, phase)
    over = ORDER.index(seat.phase) > ORDER.index(phase)
    bids = work.bids()
    others = _colleagues(work, phase) if over else {}
    return frame(seat, "matrix") | {
        "work": work,
        "phase": phase,
        "over": over,
        "open": not over and not seat.submitted,
        "bids": bids,
        "groups": [_group(work, group, bids, others) for group in work.items.groups],
        "members": queries.progress(seat.committee) if seat.reviewing else [],
        "phases": [name for name in REVIEWS if ORDER.index(name) <= ORDER.index(seat.phase) and _has(work, name)],
    }


def _has(work: Work, phase: str) -> bool:
    return phase != queries.PRELIMINARY or bool(queries.scheme_of(work.seat.lot).review)


def _colleagues(work: Work, phase: str) -> dict[int, Any]:
    found = queries.sheets(work.seat.committee, phase).values()
    return {one.member.seat: one.marks for one in found if one.submitted_at}


def _group(work: Work, group: Any, bids: list[RoomBid], others: dict[int, Any]) -> dict[str, Any]:
    return {
        "group": group,
        "rows": [{"item": item, "cells": list(_cells(work, item, bids, others))} for item in group.items],
    }


def _cells(work: Work, item: RoomItem, bids: list[RoomBid], others: dict[int, Any]) -> Iterator[dict[str, Any]]:
    for bid in bids:
        cell = work.marks.get(bid.digest, {}).get(item.code, {})
        theirs = [
            (seat, marks.get(bid.digest, {}).get(item.code, {}).get("value", "")) for seat, marks in others.items()
        ]
        yield {
            "bid": bid.digest,
            "value": cell.get("value", ""),
            "reason": cell.get("reason", ""),
            "done": is_done(item, cell),
            "against": item.kind == FINDING and cell.get("value") == "fail",
            "words": words_of(item, cell.get("value", "")),
            "others": _told(item, sorted(theirs)),
        }


def _told(item: RoomItem, theirs: list[tuple[int, str]]) -> str:
    """Return all members' marks in a line: votes of a finding, points by seat of a scored item."""
    if not theirs:
        return ""
    if item.kind == FINDING:
        against = sum(value == "fail" for _seat, value in theirs)
        votes = {"passed": len(theirs) - against, "against": against}
        return _("{passed} 票通过，{against} 票不通过").format(**votes)
    return " · ".join(f"{seat}: {words_of(item, value)}" for seat, value in theirs)


def words_of(item: RoomItem, value: str) -> str:
    """Return a mark as people read it."""
    if item.kind == FINDING:
        return {"pass": _("通过"), "fail": _("不通过")}.get(value, "—")
    return value or "—"


def _sheet(context: dict[str, Any]) -> HttpResponse:
    heads = [_("评审项"), _("满分"), *(bid.label for bid in context["bids"])]
    rows = [
        [row["item"].title, row["item"].points, *(cell["words"] for cell in row["cells"])]
        for group in context["groups"]
        for row in group["rows"]
    ]
    return sheet_response("matrix", heads=heads, rows=rows)
