"""Attaching a file to a lot before its notice, or for its next amendment; and taking it away again unpublished."""

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import documents
from tendering.models import Document, Lot
from tendering.operations.moving import require_owner
from tendering.parameters import next_amendment
from tendering.queries import lock_lot
from tendering.refusals import SUSPENDED, NotFound, refuse_if

STAGES = frozenset({"draft", "accepted", "announced"})
WRONG_STAGE = Reason("wrong_stage", _("标段现在不能增减文件。"), "BL-23")


@transaction.atomic(durable=True)
def attach_document(*, lot_code: str, actor: Actor, kind: str, name: str, content: bytes) -> Document:
    """Store a file and attach it unpublished; an unpublished one of the same kind and name is replaced.

    In `draft` and `accepted` it goes out with the notice, in `announced` with the next amendment (version + 1).

    :raises ActRefused: not one's own lot, or the lot's stage takes no files
    :raises DocumentRefused: with everything that is wrong with the file
    :raises PlatformFull: the disk is full
    """
    lot, now = lock_lot(code=lot_code)
    require_owner(lot, actor)
    refuse_if(_reasons(lot))
    stored = documents.store(kind, name, content)
    row, _created = Document.objects.update_or_create(
        lot=lot,
        kind=kind,
        name=name,
        published_at=None,
        defaults={
            "sha256": stored.sha256,
            "size": stored.size,
            "media_type": stored.media_type,
            "version": next_amendment(lot),
            "uploaded_at": now,
        },
    )
    payload = {"kind": kind, "name": name, "sha256": row.sha256, "size": row.size, "version": row.version}
    ledger.append("document.attached", lot=lot.code, at=now, actor=actor, payload=payload)
    return row


@transaction.atomic(durable=True)
def remove_document(*, lot_code: str, actor: Actor, sha256: str) -> None:
    """Take away a file that was never published; its bytes stay in the store.

    :raises NotFound: no unpublished file of this hash
    :raises ActRefused: not one's own lot, or the lot's stage is over
    """
    lot, now = lock_lot(code=lot_code)
    require_owner(lot, actor)
    refuse_if(_reasons(lot))
    removed, _rows = lot.documents.filter(sha256=sha256, published_at__isnull=True).delete()
    if not removed:
        raise NotFound(sha256)
    ledger.append("document.removed", lot=lot.code, at=now, actor=actor, payload={"sha256": sha256})


def _reasons(lot: Lot) -> list[Reason]:
    reasons = [] if lot.stage in STAGES else [WRONG_STAGE]
    return [*reasons, SUSPENDED] if lot.suspended_at else reasons
