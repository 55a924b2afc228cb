"""Reads about custodians: which lots need a key, what waits for a release, what was refused. Secret before opening."""

from datetime import datetime

from django.db.models import QuerySet

from identity.models import Custodian
from tendering import bid_queries
from tendering.models import Lot, ReleaseRefusal, TenderParameters

RETENTION_YEARS = 15  # GP-42, our rule for every lot
BEFORE_OPENED = frozenset({"announced", "closed", "opening"})


def dependents(custodian: Custodian, now: datetime) -> list[str]:
    """Return the lots, in words, whose signed parameters name the custodian's key and that still need it."""
    kid = custodian.certificate.kid if custodian.certificate else ""
    rows = TenderParameters.objects.select_related("lot").order_by("lot__code", "sequence")
    lots = {row.lot.code: row.lot for row in rows if kid in row.statement["body"]["custodians"]}
    return [words for lot in lots.values() if (words := _need(lot, now))]


def _need(lot: Lot, now: datetime) -> str:
    if lot.stage in BEFORE_OPENED:
        return f"{lot.code} is not opened"
    ends = lot.stage_at.date()
    until = ends.replace(year=ends.year + RETENTION_YEARS, day=min(ends.day, 28))
    return f"{lot.code} is kept until {until.isoformat()}" if now.date() < until else ""


def pending_releases(custodian: Custodian) -> int:
    """Return how many shares the custodian's agent is asked for now."""
    return sum(len(lot["bids"]) for lot in bid_queries.agent_work(custodian))


def refusals_of(custodian: Custodian) -> QuerySet[ReleaseRefusal]:
    """Return the refusals that were signed with the custodian's key, the latest first."""
    kid = custodian.certificate.kid if custodian.certificate else ""
    return ReleaseRefusal.objects.filter(kid=kid).select_related("bid__lot").order_by("-received_at", "-pk")
