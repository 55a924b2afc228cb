"""A document that was signed without a timestamp gets one beside it; its own bytes never change."""

from django.conf import settings
from django.db import transaction

import ledger
import timestamps
from identity.actor import SYSTEM
from ledger import clock
from tendering import documents
from tendering.models import SignedDocument
from tendering.refusals import NotFound
from tendering.signed_documents import authority

RECEIPT = "receipt"  # an entry about one would tell that a bid came in (BL-22)


def stamp_document(*, sha256: str) -> SignedDocument:
    """Ask the authority for a timestamp over the whole file and keep it; again, the first one stands.

    The token is `documents.path_of(document.token_sha256)`: `python -m signing verify FILE --timestamp TOKEN`.

    :raises NotFound: no such signed document
    :raises timestamps.StampFailed: no authority, or it gave nothing; the document goes on waiting
    :raises timestamps.TimestampInvalid: the authority is none that this installation trusts
    """
    document = SignedDocument.objects.select_related("lot").filter(sha256=sha256).first()
    if document is None:
        raise NotFound(sha256)
    chosen = authority()
    if not document.waiting or chosen is None:
        return document
    content = documents.read(sha256)
    token = timestamps.stamp(content, authority=chosen)  # outside the transaction: an authority may be slow
    proven = timestamps.verify(token, content, roots=[settings.TIMESTAMP_ROOTS.read_bytes()])
    with transaction.atomic(durable=True):
        kept = documents.keep(token)
        changed = {"token_sha256": kept, "stamped_at": proven, "pending": ""}
        first = SignedDocument.objects.filter(pk=document.pk, token_sha256="").update(**changed)
        if first and document.kind != RECEIPT:
            payload = {"sha256": sha256, "token_sha256": kept, "at": proven}
            ledger.append("document.stamped", lot=document.lot.code, at=clock.now(), payload=payload, actor=SYSTEM)
        document.refresh_from_db()
    return document
