"""The lot itself: by its code, locked for an operation, what the rules and the policy need to know about it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from identity.actor import Actor
from identity.policy import Subject
from identity.queries import custodians
from identity.roles import Role
from ledger import clock
from tendering import seats
from tendering.models import Bid, Lot, Project, TenderParameters
from tendering.refusals import NotFound

OWNERS = frozenset({Role.PURCHASER, Role.AGENCY})


def _lots() -> QuerySet[Lot]:
    return Lot.objects.select_related("project__purchaser", "project__agency")


def lot_by_code(code: str) -> Lot:
    """Return the lot with its project, purchaser and agency, in one query.

    :raises NotFound: if there is no lot of this code
    """
    try:
        return _lots().get(code=code)
    except Lot.DoesNotExist:
        raise NotFound(code) from None


def project_by_code(code: str) -> Project:
    """Return the project with its purchaser and agency.

    :raises NotFound: if there is no project of this code
    """
    try:
        return Project.objects.select_related("purchaser", "agency").get(code=code)
    except Project.DoesNotExist:
        raise NotFound(code) from None


def lock_lot(*, code: str = "", pk: int | None = None) -> tuple[Lot, datetime]:
    """Lock the lot's row, then read the database's clock; return both. Call it first in an operation's transaction.

    The order matters: with the clock read before the lock, a bid could be judged in time and miss the closing set.
    On SQLite the transaction itself (BEGIN IMMEDIATE) is the lock.

    :raises NotFound: if there is no such lot
    """
    wanted: dict[str, Any] = {"pk": pk} if pk is not None else {"code": code}
    try:
        lot = _lots().select_for_update(of=("self",)).get(**wanted)
    except Lot.DoesNotExist:
        raise NotFound(code or str(pk)) from None
    return lot, clock.now()


def owns(project: Project, actor: Actor) -> bool:
    """Return whether `actor` acts for the project's purchaser, or for its agency where it has one."""
    ours = {Role.PURCHASER: project.purchaser_id, Role.AGENCY: project.agency_id}
    return actor.organisation_id is not None and ours.get(actor.role) == actor.organisation_id


def subject(lot: Lot) -> Subject:
    """Return what the access policy needs to know about the lot: whose it is, its stage, who bid, who evaluates."""
    bidders = Bid.objects.filter(lot=lot).values_list("bidder_id", flat=True)
    return Subject(
        kind="lot",
        stage=lot.stage,
        purchaser_id=lot.project.purchaser_id,
        agency_id=lot.project.agency_id,
        bidder_ids=frozenset(bidders),
        member_logins=seats.member_logins(lot.pk),
        published=lot.announced_at is not None,
        rehearsal=lot.project.rehearsal,
    )


def parameters_in_force(lot: Lot) -> TenderParameters:
    """Return the signed parameters that bids have to be sealed against now: the last announced or amended ones.

    :raises NotFound: before the announcement
    """
    latest = lot.parameters.order_by("-sequence").first()
    if latest is None:
        raise NotFound(lot.code)
    return latest


def custodian_keys(at: datetime | None = None, *, suite: str = "INTL-1") -> list[dict[str, Any]]:
    """Return the `.pub` of every custodian of a suite whose certificate stands at `at` (the deadline; else now).

    Who runs the servers holds no keys (EB-23).
    """
    rows = custodians(now=at or clock.now(), suite=suite)
    return [row.certificate.pub for row in rows if row.certificate and not row.organisation.operator]
