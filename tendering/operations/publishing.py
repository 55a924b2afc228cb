"""What announcing and amending share: the signed parameters are stored, documents go out, a notice is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sealing.fields import format_time
from tendering.models import Lot, Notice, TenderParameters
from tendering.rules.intake import instant


@dataclass(frozen=True)
class Signed:
    """The parameters as the browser handed them in: the signed statement, the custodians' `.pub`, the deadline."""

    deadline_at: datetime
    statement: Mapping[str, Any]
    recipients: Sequence[Mapping[str, Any]]


def whole_second(at: datetime) -> datetime:
    """Return the instant without fractions of a second: a deadline is signed and judged to the second."""
    return at.replace(microsecond=0)


def store_parameters(lot: Lot, signed: Signed, *, now: datetime) -> TenderParameters:
    """Store the statement exactly as it was verified, under the lot's amendment number."""
    return TenderParameters.objects.create(
        lot=lot,
        sequence=lot.amendment,
        statement=dict(signed.statement),
        recipients=[dict(pub) for pub in signed.recipients],
        signed_at=now,
    )


def publish_documents(lot: Lot, *, now: datetime) -> list[str]:
    """Publish every waiting document and return their names."""
    waiting = lot.documents.filter(published_at__isnull=True)
    names = sorted(waiting.values_list("name", flat=True))
    waiting.update(published_at=now)
    return names


def publish_notice(lot: Lot, kind: str, title: str, body: str, *, now: datetime, data: Mapping[str, Any]) -> Notice:
    """Publish a notice; it is never edited."""
    return Notice.objects.create(lot=lot, kind=kind, title=title[:200], body=body, data=dict(data), published_at=now)


def parameters_payload(lot: Lot, signed: Signed) -> dict[str, object]:
    """Return what the ledger's readers (custodians' agents among them) rely on."""
    return {
        "amendment": lot.amendment,
        "deadline": format_time(signed.deadline_at),
        "document_hash": lot.document_hash,
        "parameters": dict(signed.statement),
    }


def said(at: datetime | None) -> str:
    """Return an instant as notices carry it in `data`; pages show it in China's time."""
    return "" if at is None else instant(at)
