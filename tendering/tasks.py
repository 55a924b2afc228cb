"""Celery tasks of tendering: each takes an id and calls one operation. Legal deadlines never wait for one."""

import logging

from celery import shared_task

from lawbook.reasons import Refused
from tendering import kept_contents, signed_documents
from tendering.operations import check_stored_bids as checking
from tendering.operations.stamp_document import stamp_document

logger = logging.getLogger(__name__)
AT_ONCE = 20


@shared_task(name="tendering.tasks.check_stored_bids")  # type: ignore[untyped-decorator]
def check_stored_bids(*, lot_id: int) -> int:
    """Read the closing set's files whole and return how many are damaged."""
    return len(checking.check_stored_bids(lot_id=lot_id))


@shared_task(name="tendering.tasks.keep_contents")  # type: ignore[untyped-decorator]
def keep_contents() -> int:
    """Make some opened contents last and return of how many bids."""
    return kept_contents.keep_some()


@shared_task(name="tendering.tasks.stamp_documents")  # type: ignore[untyped-decorator]
def stamp_documents() -> int:
    """Get missing timestamps and return how many came; the first failure ends the round until the next minute."""
    stamped = 0
    for document in signed_documents.waiting()[:AT_ONCE]:
        try:
            stamp_document(sha256=document.sha256)
        except (Refused, OSError, ValueError) as error:
            logger.warning("document %s got no timestamp: %s", document.sha256, error)
            break
        stamped += 1
    return stamped
