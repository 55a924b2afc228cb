"""Taking up and recording the reading of one file; a worker that dies in between leaves it to the next one."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

import ledger
from evaluation.models import Field, Page, Reading, ReadingState, Suggestion
from evaluation.rules.suggestions import Lead
from ledger import clock
from ocr import Document
from ocr.fields import Field as ReadField
from ocr.kinds import kind_of
from tendering.refusals import LostRace

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@transaction.atomic(durable=True)
def take_up(*, reading_id: int) -> Reading:
    """Mark a waiting reading as being read and return it.

    :raises LostRace: somebody else took it up, or it is done
    """
    now = clock.now()
    taken = Reading.objects.filter(pk=reading_id, state=ReadingState.WAITING).update(
        state=ReadingState.READING, started_at=now
    )
    if taken != 1:
        raise LostRace(str(reading_id))
    return Reading.objects.select_related("bid__lot", "bid__bidder", "bid__opened").get(pk=reading_id)


@transaction.atomic(durable=True)
def record_reading(
    *, reading_id: int, document: Document, fields: dict[str, ReadField], leads: Sequence[Lead]
) -> Reading:
    """Store pages, fields and suggestions of a file and mark it done; recording again replaces what was there."""
    reading, now = _locked(reading_id)
    _forget(reading)
    Page.objects.bulk_create(
        Page(
            reading=reading,
            number=page.number,
            source=page.source,
            quality=page.quality,
            text=storable(page.text),
            reason=storable(page.reason),
            kind=kind_of(page),
            width=page.width,
            height=page.height,
            unit=page.unit,
            lines=[{"text": storable(li.text), "box": list(li.box), "confidence": li.confidence} for li in page.lines],
        )
        for page in document.pages
    )
    Field.objects.bulk_create(
        Field(reading=reading, kind=reading.role, name=name, **field.as_dict() | {"value": storable(field.value)})
        for name, field in fields.items()
    )
    Suggestion.objects.bulk_create(
        Suggestion(bid=reading.bid, reading=reading, **lead._asdict() | {"quote": storable(lead.quote)})
        for lead in leads
    )
    reading.page_count, reading.seconds = len(document.pages), document.seconds
    return _end(reading, ReadingState.DONE, now)


@transaction.atomic(durable=True)
def record_failure(*, reading_id: int, reason: str) -> Reading:
    """Record that a file cannot be read at all; the bid stays, the experts are told."""
    reading, now = _locked(reading_id)
    _forget(reading)
    reading.failure = storable(reason)[:2000]
    reading.page_count, reading.seconds = 0, None
    return _end(reading, ReadingState.FAILED, now)


def storable(text: str) -> str:
    """Return the text without what neither PostgreSQL nor the ledger holds: NUL and halves of surrogate pairs."""
    return UNSTORABLE.sub("\ufffd", text)


def _locked(reading_id: int) -> tuple[Reading, datetime]:
    rows = Reading.objects.select_for_update(of=("self",)).select_related("bid__lot")
    return rows.get(pk=reading_id), clock.now()


def _forget(reading: Reading) -> None:
    for rows in (reading.suggestions, reading.fields, reading.pages):
        rows.all().delete()


def _end(reading: Reading, state: ReadingState, now: datetime) -> Reading:
    reading.state, reading.finished_at = state, now
    reading.save(update_fields=["state", "finished_at", "page_count", "seconds", "failure"])
    payload = {
        "bid_digest": reading.bid.bid_digest,
        "file": reading.name,
        "sha256": reading.sha256,
        "state": str(state),
        "pages": reading.page_count,
    }
    ledger.append("reading.done", lot=reading.bid.lot.code, at=now, payload=payload)
    return reading
