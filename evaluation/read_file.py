"""Reading one file of an opened bid in a process of its own: a hostile file can end that process, not the worker."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from evaluation import queries
from evaluation.models import Reading
from evaluation.operations.record_reading import record_failure, record_reading, take_up
from evaluation.rules.suggestions import BidFacts, leads_of
from ocr import Document, Unreadable
from ocr.engines import Size
from ocr.fields import KINDS as FIELD_KINDS
from ocr.fields import fields_of
from ocr.isolation import read_in_subprocess
from tendering.refusals import LostRace

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 900
READABLE = (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")
# What a file made by an adversary may still cause once it is read: a place that is no number, text that no database
# holds. The failure is recorded with the file; the bid and the worker go on.
UNREAD = (Unreadable, OSError, ValueError, ArithmeticError, LookupError, TypeError, RecursionError, DatabaseError)
CERTIFICATES = frozenset({"business_licence", "qualification", "safety_permit", "engineer", "identity_card"})


def file_path(reading: Reading) -> Path:
    """Return where the opened file lies; its name was checked when the bid was opened."""
    return Path(settings.OPENED_ROOT) / reading.bid.lot.code / reading.bid.bid_digest / reading.name


def read_file(reading_id: int) -> None:
    """Read, find fields and leads, record. A file that cannot be read is recorded as such; nothing is raised for it."""
    try:
        reading = take_up(reading_id=reading_id)
    except LostRace:
        return
    if not reading.name.lower().endswith(READABLE):
        record_failure(reading_id=reading_id, reason="not a PDF or a picture: open the file itself")
        return
    try:
        document = read_in_subprocess(file_path(reading), TIMEOUT_SECONDS, size=_size(reading.role))
        _record(reading, document)
    except UNREAD as exc:
        logger.warning("reading %s of %s failed: %s", reading.name, reading.bid.bid_digest, exc)
        record_failure(reading_id=reading_id, reason=_told(exc))


def _told(exc: Exception) -> str:
    return str(exc) if isinstance(exc, Unreadable) else "the file's content cannot be stored: open the file itself"


def _size(role: str) -> Size:
    return "small" if role in CERTIFICATES else "tiny"


def _record(reading: Reading, document: Document) -> None:
    fields = fields_of(document, reading.role) if reading.role in FIELD_KINDS else {}
    leads = leads_of(queries.scheme_of(reading.bid.lot), lead_facts(reading), document=document, fields=fields)
    record_reading(reading_id=reading.pk, document=document, fields=fields, leads=leads)


def lead_facts(reading: Reading) -> BidFacts:
    """Return what is known of the file's bid beside its files."""
    bid = reading.bid
    return BidFacts(
        role=reading.role,
        uscc=bid.bidder.uscc,
        bidder=bid.bidder.name,
        price_yuan=bid.opened.price_yuan,
        ceiling_yuan=bid.lot.ceiling_yuan,
        duration_days=bid.opened.duration_days,
        longest_days=bid.lot.duration_days,
    )
