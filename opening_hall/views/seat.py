"""A bidder's seat: sign in, hand over the key's share, confirm the price, object on the spot."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from identity.policy import Act
from lawbook.reasons import Refused
from ledger import clock
from opening_hall.views.pages import hall_context
from opening_hall.words import seat_words
from tendering import bid_queries
from tendering.models import Bid, Lot, OpenedBid, Opening
from tendering.refusals import NotFound
from ui.access import access
from ui.context import actor_of
from ui.refusals import told

CONFLICT = 409


@require_safe
@access(Act.READ_OWN_BID)
def seat(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the seat."""
    return page(request, lot=lot)


def page(request: HttpRequest, *, lot: Lot, refusal: Refused | None = None, form_errors: Any = None) -> HttpResponse:
    """Render the seat, after a refused act with every reason and what was typed."""
    actor = actor_of(request)
    try:
        opening: Opening | None = bid_queries.opening_of(lot)
    except NotFound:
        opening = None
    bid = bid_queries.own_bids(lot, actor).filter(in_closing_set=True).first()
    context: dict[str, Any] = {
        **hall_context(lot, "bidder"),
        "opening": opening,
        "bid": bid,
        "opened": OpenedBid.objects.filter(bid=bid).first() if bid and lot.opened_at else None,
        "number": _number(lot, bid),
        "signed_in": bool(opening and opening.sign_ins.filter(organisation_id=actor.organisation_id or 0).exists()),
        "released": bool(bid and bid.releases.filter(group="bidder", matches=True).exists()),
        "rescue": getattr(bid, "rescue", None),
        "window_open": bool(opening and bid_queries.window_open(opening, clock.now())),
        "seat_words": seat_words(),
        "typed": request.POST,
        "reasons": told(refusal.reasons) if refusal else [],
        "form_errors": form_errors,
    }
    status = CONFLICT if refusal or form_errors else 200
    return render(request, "opening_hall/seat.html", context, status=status)


def _number(lot: Lot, bid: Bid | None) -> int:
    """Return the bid's number in the hall, from 1; 0 when it is not in the closing set."""
    order = list(bid_queries.bids_in_closing_set(lot).values_list("pk", flat=True))
    return order.index(bid.pk) + 1 if bid and bid.pk in order else 0
