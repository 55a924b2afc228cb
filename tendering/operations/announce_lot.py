"""Announcing a lot: document, scheme, notice and the signed parameters go out together, and the clock takes over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from tendering import parameters, scheme_validator
from tendering.models import Lot
from tendering.operations import drawing, publishing
from tendering.operations.moving import carry_out, judge
from tendering.operations.publishing import Signed
from tendering.queries import facts, lock_lot
from tendering.rules import periods
from tendering.rules.lifecycle import Event


@transaction.atomic(durable=True)
def announce_lot(
    *,
    lot_code: str,
    actor: Actor,
    deadline_at: datetime,
    statement: Mapping[str, Any],
    recipients: Sequence[Mapping[str, Any]],
) -> Lot:
    """Publish the tender and return the lot, announced, with its deadline (to the second).

    `statement` is `tendering.parameters.expected_parameters(...)` signed by the agency, or the purchaser where there
    is none; `recipients` are the custodians' `.pub` objects in the order of its kids.

    :raises MoveRefused: with every reason: stage, role, document, scheme, legal periods, signature, fields, custodians
    :raises LostRace: it was just announced
    """
    lot, now = lock_lot(code=lot_code)
    signed = Signed(publishing.whole_second(deadline_at), statement, recipients)
    dates = periods.AnnouncementDates(issued_at=now, deadline_at=signed.deadline_at)
    wrong = parameters.problems(lot, signed.statement, signed.recipients, deadline_at=signed.deadline_at)
    known = facts(
        lot,
        now,
        deadline_at=signed.deadline_at,
        parameters_signed=True,  # what is wrong with them is told in detail
        period_reasons=tuple(periods.announcement_reasons(dates, lot.project.procedure)),
    )
    move = judge(lot, Event.ANNOUNCE, actor=actor, facts=known, also=wrong + scheme_validator.problems(lot.scheme))
    columns = {"announced_at": now, "deadline_at": signed.deadline_at, "amendment": 0}
    carry_out(lot, move, now=now, document_hash=parameters.document_hash(lot), **columns)
    told = drawing.commit(lot, now=now, actor=actor)
    _publish(lot, signed, now, draws=told)
    payload = publishing.parameters_payload(lot, signed)
    ledger.append("lot.announced", lot=lot.code, at=now, actor=actor, payload=payload)
    return lot


def _publish(lot: Lot, signed: Signed, now: datetime, *, draws: list[dict[str, str]]) -> None:
    publishing.store_parameters(lot, signed, now=now)
    names = publishing.publish_documents(lot, now=now)
    data = {
        "deadline": publishing.said(lot.deadline_at),
        "ceiling_yuan": str(lot.ceiling_yuan or ""),
        "bond_yuan": str(lot.bond_yuan or ""),
        "duration_days": lot.duration_days,
        "site": lot.site,
        "qualification": lot.qualification,
        "documents": names,
        "document_hash": lot.document_hash,
        "draws": draws,
    }
    publishing.publish_notice(lot, "tender", f"{lot.name}招标公告", lot.scope, now=now, data=data)
