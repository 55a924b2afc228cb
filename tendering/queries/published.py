"""What is published for a lot and what waits for publication. Names of askers never leave this module."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from identity.actor import Actor
from identity.roles import Role
from tendering.models import Candidate, Document, Lot, Notice
from tendering.queries.lots import owns

NAMES_SECRET = frozenset({"draft", "submitted", "accepted", "announced", "closed"})  # BL-22: who bids is secret


@dataclass(frozen=True)
class QuestionView:
    """A question without its asker; `mine` tells the asker alone that it is its own."""

    public_id: UUID
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    mine: bool


@dataclass(frozen=True)
class ObjectionView:
    """An objection; `organisation_name` is empty while names are secret (BL-22), except for who filed it."""

    public_id: UUID
    matter: str
    text: str
    filed_at: datetime
    answer: str
    answered_at: datetime | None
    mine: bool
    organisation_name: str


def documents_published(lot: Lot) -> QuerySet[Document]:
    """Return every published document, older versions too, newest version first."""
    return lot.documents.filter(published_at__isnull=False).order_by("kind", "name", "-version")


def documents_pending(lot: Lot) -> QuerySet[Document]:
    """Return the documents that wait for the announcement or the next amendment: for the owner only."""
    return lot.documents.filter(published_at__isnull=True).order_by("kind", "name")


def documents_in_force(lot: Lot, *, pending: bool = False) -> list[Document]:
    """Return the newest version of each document (kind, name), by kind and name.

    With `pending`, what waits for publication counts as newest: the documents as the next parameters will bind them.
    """
    rows = lot.documents.order_by("version", "pk")
    if not pending:
        rows = rows.filter(published_at__isnull=False)
    newest = {(document.kind, document.name): document for document in rows}
    return [newest[key] for key in sorted(newest)]


def notices(lot: Lot | None = None) -> QuerySet[Notice]:
    """Return published notices with lot and project, newest first; of one lot or of all."""
    rows = Notice.objects.select_related("lot__project__purchaser").order_by("-published_at", "-pk")
    return rows if lot is None else rows.filter(lot=lot)


def questions(lot: Lot, actor: Actor) -> list[QuestionView]:
    """Return the questions `actor` may read: the owner and supervisors all, others what is answered and their own."""
    everything = owns(lot.project, actor) or actor.role in {Role.CENTRE, Role.REGULATOR}
    rows = [
        QuestionView(
            public_id=row.public_id,
            text=row.text,
            asked_at=row.asked_at,
            answer=row.answer,
            answered_at=row.answered_at,
            mine=_is_bidder(actor, row.asker_id),
        )
        for row in lot.questions.order_by("asked_at", "pk")
    ]
    return [row for row in rows if everything or row.mine or row.answered_at is not None]


def objections(lot: Lot, actor: Actor) -> list[ObjectionView]:
    """Return the objections `actor` may read: the owner and supervisors all, others what is answered and their own."""
    everything = owns(lot.project, actor) or actor.role in {Role.CENTRE, Role.REGULATOR}
    names_known = lot.stage not in NAMES_SECRET and lot.opened_at is not None
    rows = [
        ObjectionView(
            public_id=row.public_id,
            matter=row.matter,
            text=row.text,
            filed_at=row.filed_at,
            answer=row.answer,
            answered_at=row.answered_at,
            mine=_is_bidder(actor, row.organisation_id),
            organisation_name=row.organisation.name if names_known or _is_bidder(actor, row.organisation_id) else "",
        )
        for row in lot.objections.select_related("organisation").order_by("filed_at", "pk")
    ]
    return [row for row in rows if everything or row.mine or row.answered_at is not None]


def _is_bidder(actor: Actor, organisation_id: int) -> bool:
    return actor.role is Role.BIDDER and actor.organisation_id == organisation_id


def candidates(lot: Lot) -> QuerySet[Candidate]:
    """Return the committee's candidates with bid and bidder, by rank, then by digest."""
    return lot.candidates.select_related("bid", "bidder").order_by("rank", "bid__bid_digest")
