"""Fetching a document of a lot: a bidder's download is recorded, and only itself sees that before the opening."""

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from tendering.models import Document, Download
from tendering.queries import lock_lot, owns
from tendering.refusals import NotFound

MAY_SEE_UNPUBLISHED = frozenset({Role.CENTRE, Role.REGULATOR})


@transaction.atomic(durable=True)
def fetch_document(*, lot_code: str, actor: Actor | None, sha256: str) -> Document:
    """Return the document to be sent (`documents.path_of(document.sha256)`), newest version first where several match.

    A bidder's organisation is recorded for each fetch (EB-21: secret). What is unpublished exists only for the owner,
    and, once submitted, for the centre and the regulator.

    :raises NotFound: no such document, or not for this actor
    """
    lot, now = lock_lot(code=lot_code)
    document = lot.documents.filter(sha256=sha256).order_by("-version", "-pk").first()
    if document is None:
        raise NotFound(sha256)
    supervises = actor is not None and actor.role in MAY_SEE_UNPUBLISHED and lot.stage != "draft"
    if document.published_at is None and not supervises and not (actor and owns(lot.project, actor)):
        raise NotFound(sha256)
    if actor is not None and actor.role is Role.BIDDER and actor.organisation_id is not None:
        Download.objects.create(document=document, organisation_id=actor.organisation_id, at=now)
        payload = {"kind": document.kind, "name": document.name, "sha256": document.sha256}
        ledger.append("document.fetched", lot=lot.code, at=now, actor=actor, payload=payload)
    return document
