"""The facts of a lot for the lifecycle table, read after the row was locked; a stage asks only what it needs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from lawbook.procedures import procedure
from tendering import scheme_validator
from tendering.dates import opening_of
from tendering.models import Bid, BidState, Lot
from tendering.queries.published import documents_in_force
from tendering.rules.calendars import legal_day
from tendering.rules.facts import Facts
from tendering.rules.intake import instant

RESOLVED = (BidState.OPENED, BidState.REVOKED, BidState.WITHDRAWN_NO_BLAME)


def facts(lot: Lot, now: datetime, **known: Any) -> Facts:
    """Return the facts of this lot at `now`; `known` are facts of the act itself, which win over what was read.

    What only `evaluation` can know about a running evaluation is left refusing; it gives those facts as `known`.
    """
    found: dict[str, Any] = {
        "now": now,
        "suspended": lot.suspended_at is not None,
        "deadline_at": lot.deadline_at,
        "minimum_bidders": procedure(lot.project.procedure).minimum_bidders(legal_day(now)),
        "publicity_ends_at": lot.publicity_ends_at,
        "report_signed": lot.evaluated_at is not None,
    }
    for gather in _BY_STAGE.get(lot.stage, ()):
        found |= gather(lot)
    return Facts(**(found | known))


def _document(lot: Lot) -> dict[str, Any]:
    waiting = documents_in_force(lot, pending=True)
    return {
        "document_published": any(document.kind == "tender_document" for document in waiting),
        "scheme_valid": not scheme_validator.problems(lot.scheme),
    }


def _intake(lot: Lot) -> dict[str, Any]:
    return {
        "deadline_frozen": _deadline_frozen(lot),
        "sealed_bid_count": lot.bids.filter(state=BidState.RECEIVED).values("bidder").distinct().count(),
    }


def _deadline_frozen(lot: Lot) -> bool:
    """BR-22: an unanswered objection to the document; or the deadline moved in a suspension and is not signed yet."""
    if lot.objections.filter(matter="document", answered_at__isnull=True).exists():
        return True
    latest = lot.parameters.order_by("-sequence").first()
    return latest is None or lot.deadline_at is None or latest.statement["body"]["deadline"] != instant(lot.deadline_at)


def _closing_set(lot: Lot) -> dict[str, Any]:
    bids = Bid.objects.filter(lot=lot, in_closing_set=True)
    return {"sealed_bid_count": bids.values("bidder").distinct().count()}


def _opening(lot: Lot) -> dict[str, Any]:
    states = list(Bid.objects.filter(lot=lot, in_closing_set=True).values_list("state", flat=True))
    opening = opening_of(lot)
    found: dict[str, Any] = {
        "all_bids_resolved": bool(states) and all(state in RESOLVED for state in states),
        "opened_bid_count": states.count(BidState.OPENED),
    }
    if opening is None:
        return found
    open_objections = lot.objections.filter(matter="opening", answered_at__isnull=True).exists()
    return found | {
        "window_ends_at": opening.ended_at or opening.window_ends_at,
        "record_confirmed": opening.record_confirmed_at is not None,
        "opening_objections_answered": not open_objections,  # BR-44
    }


def _opened(lot: Lot) -> dict[str, Any]:
    return {"opened_bid_count": Bid.objects.filter(lot=lot, in_closing_set=True, state=BidState.OPENED).count()}


def _candidates(lot: Lot) -> dict[str, Any]:
    count = lot.candidates.count()
    return {"candidate_count": count, "all_bids_rejected": lot.evaluated_at is not None and count == 0}


def _objections(lot: Lot) -> dict[str, Any]:
    unanswered = lot.objections.filter(matter="candidates", answered_at__isnull=True)
    return {"objections_answered": not unanswered.exists()}


def _award(lot: Lot) -> dict[str, Any]:
    return {"winner_determined": hasattr(lot, "award")}


_BY_STAGE: dict[str, tuple[Callable[[Lot], dict[str, Any]], ...]] = {
    "accepted": (_document,),
    "announced": (_document, _intake),
    "closed": (_closing_set,),
    "opening": (_closing_set, _opening),
    "opened": (_opening,),
    "evaluating": (_opened,),
    "evaluated": (_candidates,),
    "candidates_published": (_candidates, _objections),
    "result_published": (_award,),
}
