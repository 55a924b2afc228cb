"""The host's console: who is here, which keys came, the window, the record."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from identity.models import Custodian, Person
from identity.policy import Act
from lawbook.reasons import Refused
from ledger import clock
from opening_hall.views.pages import hall_context
from tendering import bid_queries, faults, queries
from tendering.models import Lot, Objection, Opening
from tendering.refusals import NotFound
from ui.access import access
from ui.context import actor_of
from ui.refusals import told

QUIET_AFTER_SECONDS = 30
CONFLICT = 409


@require_safe
@access(Act.HOST_OPENING)
def console(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show the console."""
    return page(request, lot=lot)


def page(request: HttpRequest, *, lot: Lot, refusal: Refused | None = None, form_errors: Any = None) -> HttpResponse:
    """Render the console, after a refused act with every reason and what was typed."""
    opening = _opening(lot)
    context: dict[str, Any] = {
        **hall_context(lot, "host"),
        "opening": opening,
        "chair": _chair(opening),
        "in_chair": bool(opening and opening.host and opening.host == actor_of(request).login),
        "rows": _rows(lot, opening),
        "faults": faults.faults_of(lot) if opening else [],
        "agents": _agents(),
        "open_objections": _open_objections(lot),
        "owner": queries.owns(lot.project, actor_of(request)),
        "may_end": bool(opening and opening.ended_at is None and bid_queries.collection(lot).complete),
        "typed": request.POST,
        "reasons": told(refusal.reasons) if refusal else [],
        "form_errors": form_errors,
    }
    status = CONFLICT if refusal or form_errors else 200
    return render(request, "opening_hall/console.html", context, status=status)


def _opening(lot: Lot) -> Opening | None:
    try:
        return bid_queries.opening_of(lot)
    except NotFound:
        return None


def _chair(opening: Opening | None) -> str:
    """Return who hosts the opening, empty while nobody has taken the chair."""
    if opening is None or not opening.host:
        return ""
    found = Person.objects.filter(login=opening.host).values_list("name", flat=True).first()
    return found or opening.host


def _rows(lot: Lot, opening: Opening | None) -> list[dict[str, Any]]:
    if opening is None:
        return []
    present = {row.organisation_id: row for row in opening.sign_ins.all()}
    bids = bid_queries.bids_in_closing_set(lot).select_related("rescue").prefetch_related("releases", "uploads")
    return [
        {
            "no": no,
            "bid": bid,
            "sign_in": present.get(bid.bidder_id),
            "shares": (shares := bid_queries.shares_of(bid, bid.releases.all())),
            "custodian_shares": len(shares.matching.get("custodians", ())),
            "rescue": getattr(bid, "rescue", None),
            "failed": faults.failed(bid),
        }
        for no, bid in enumerate(bids, 1)
    ]


def _agents() -> list[dict[str, Any]]:
    now = clock.now()
    found = Custodian.objects.select_related("organisation").order_by("name")
    return [
        {
            "custodian": custodian,
            "alive": custodian.last_seen_at is not None
            and (now - custodian.last_seen_at).total_seconds() < QUIET_AFTER_SECONDS,
        }
        for custodian in found
    ]


def _open_objections(lot: Lot) -> QuerySet[Objection]:
    """Return the objections to the opening that nobody has answered yet."""
    found = lot.objections.filter(matter="opening", answered_at__isnull=True)
    return found.select_related("organisation").order_by("filed_at")
