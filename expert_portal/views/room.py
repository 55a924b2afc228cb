"""The room: one item of one bid, its pages with the evidence, one's mark beside it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from evaluation import queries
from expert_portal.bids import RoomBid
from expert_portal.context import Work, frame, work_of
from expert_portal.evidence import progress, shown
from expert_portal.items import RoomItem
from expert_portal.seats import KIND_WORDS, Seat, seat_of
from expert_portal.words import room_words
from identity.policy import Act
from tendering.models import Lot
from ui.access import access

TEMPLATE = "expert/item.html"


@require_safe
@access(Act.PLEDGE)
def room(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Lead the member to what is next: pledge, gathering, the first cell to do, the matrix, the summary."""
    seat = seat_of(request, lot)
    if not seat.pledged:
        return redirect("expert:pledge", lot.code)
    if seat.phase == "gathering":
        return render(request, "expert/gathering.html", gathering_context(seat))
    if not seat.reviewing:
        return redirect("expert:summary", lot.code)
    work = Work(seat, seat.phase)
    if seat.submitted or not work.total:
        return redirect("expert:matrix", lot.code)
    item, bid = work.missing[0] if work.missing else (work.items.codes[0], work.digests[0])
    return redirect("expert:item", lot.code, item, bid)


def gathering_context(seat: Seat) -> dict[str, Any]:
    """Return what the page before the start shows: who is here, the vote, how far the machine is."""
    members = list(queries.members(seat.committee))
    return frame(seat, "gathering") | {
        "members": [{"member": member, "kind": KIND_WORDS[member.kind]} for member in members],
        "leader": next((member for member in members if member.leader), None),
        "my_vote": seat.committee.votes.get(seat.member.person.login),
        "votes": len(seat.committee.votes),
        "machine": progress(seat.lot),
    }


@require_safe
@access(Act.FILL_SHEET)
def item_page(request: HttpRequest, lot: Lot, item: str, bid: str) -> HttpResponse:
    """Show one item of one bid."""
    return render(request, TEMPLATE, item_context(request, seat_of(request, lot), item, bid))


def item_context(request: HttpRequest, seat: Seat, code: str, digest: str) -> dict[str, Any]:
    """Return everything on the page. :raises Http404: the phase has no such item or bid"""
    work = work_of(seat)
    item = work.item(code)
    bids = work.bids(item)
    bid = next((one for one in bids if one.digest == digest), None)
    if bid is None:
        raise Http404(digest)
    evidence = shown(seat.lot, bid, item, request.GET)
    codes = work.items.codes
    place = codes.index(item.code)
    return frame(seat, "room") | {
        "work": work,
        "tree": work.tree(),
        "item": item,
        "bids": bids,
        "bid": bid,
        "cell": work.marks.get(digest, {}).get(code, {}),
        "evidence": evidence,
        "machine": progress(seat.lot),
        "before_item": codes[place - 1] if place else "",
        "after_item": codes[place + 1] if place + 1 < len(codes) else "",
        **_neighbours(bids, bid),
        "script": script_of(work, item),
    }


def _neighbours(bids: list[RoomBid], bid: RoomBid) -> dict[str, str]:
    place = [one.digest for one in bids].index(bid.digest)
    return {
        "before_bid": bids[place - 1].digest if place else "",
        "after_bid": bids[place + 1].digest if place + 1 < len(bids) else "",
    }


def script_of(work: Work, item: RoomItem) -> dict[str, Any]:
    """Return what the room's script needs on a page over one item."""
    return {
        "version": work.seat.version,
        "item": item.code,
        "total": work.total,
        "open": not work.seat.submitted,
        "words": room_words(),
    }
