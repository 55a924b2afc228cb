"""Sealing what the platform prints: signed by the trading centre, kept, and noted so that a missing stamp is got later.

A document is signed before its hash goes anywhere. Nothing is refused for want of a timestamp or a key: the document
says its level (`SignedDocument.level`), and a timestamp got later lies beside the file, whose bytes never change
(docs/decisions/0004).
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

import timestamps
from identity.document_key import NoDocumentKey, document_key
from signing import SealAppearance, place_over
from tendering import documents
from tendering.models import Lot, SignedDocument

logger = logging.getLogger(__name__)
UNSIGNED = "unsigned"
EVERY_SECONDS = 5  # the tick keeps house this often: once in the first seconds of every minute
SECONDS = 4.0  # the lot's row is locked meanwhile; a slower authority is asked again later


@dataclass(frozen=True)
class Printed:
    """A printed document: its kind, the reason of its signature as readers show it, and what the seal lies over.

    `over` is a word of the document; empty, the seal stands in the lower right corner.
    """

    kind: str
    reason: str
    over: str


def authority() -> timestamps.Authority | None:
    """Return the timestamp authority of the installation, or nothing; its own one only in a demonstration."""
    if settings.TIMESTAMP_AUTHORITY == timestamps.DEMONSTRATION and not settings.DEMONSTRATION:
        return None
    return timestamps.configured(
        settings.TIMESTAMP_AUTHORITY,
        home=settings.TIMESTAMP_HOME,
        username=settings.TIMESTAMP_USER,
        password=settings.TIMESTAMP_PASSWORD,
        seconds=SECONDS,
    )


def keep_sealed(pdf: bytes, printed: Printed, *, lot: Lot, now: datetime) -> str:
    """Sign the PDF, keep it, and return the SHA-256 of the signed file. For use inside an operation."""
    signed, level, pending = _sealed(pdf, printed, lot, now, authority())
    sha256 = documents.keep(signed)
    known = {"lot": lot, "kind": printed.kind, "level": level, "pending": pending[:200], "signed_at": now}
    SignedDocument.objects.get_or_create(sha256=sha256, defaults=known)
    return sha256


def sealed_copy(pdf: bytes, printed: Printed, *, lot: Lot, now: datetime) -> bytes:
    """Return the PDF signed without a timestamp and kept nowhere: for what is printed anew each time it is asked for.

    Unsigned where there is no key. Its own content has to prove when it was, as a receipt's does.
    """
    return _sealed(pdf, printed, lot, now, None)[0]


def _sealed(
    pdf: bytes, printed: Printed, lot: Lot, now: datetime, asked: timestamps.Authority | None
) -> tuple[bytes, str, str]:
    from signing import sign_pdf  # loads its libraries

    try:
        key = document_key(now)
        done = sign_pdf(
            pdf,
            signer=key.signer,
            authority=asked,
            seal=SealAppearance(key.organisation[:40], number=f"{settings.REGION_CODE}{settings.PLATFORM_CODE}"),
            reason=printed.reason,
            location=lot.project.region or settings.REGION_CODE,
            place=place_over(pdf, printed.over),
        )
    except NoDocumentKey as refusal:
        return pdf, UNSIGNED, str(refusal)
    except (ValueError, OSError) as error:
        logger.exception("%s of lot %s could not be signed", printed.kind, lot.code)
        return pdf, UNSIGNED, f"{type(error).__name__}"
    return done.pdf, done.level, "；".join(reason.message for reason in done.pending)


def ask_for_stamps(now: datetime) -> bool:
    """Let a worker get the missing timestamps, once a minute while any is missing; return whether it was asked."""
    due = now.second < EVERY_SECONDS and bool(settings.TIMESTAMP_AUTHORITY)
    if not due or not waiting().exists():
        return False
    try:
        current_app.send_task("tendering.tasks.stamp_documents", expires=50, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no worker can be asked to get timestamps: %s", error)
        return False
    return True


def waiting() -> QuerySet[SignedDocument]:
    """Return the documents that bear no timestamp yet, the oldest first."""
    return SignedDocument.objects.exclude(level="B-T").filter(token_sha256="").order_by("signed_at", "pk")
