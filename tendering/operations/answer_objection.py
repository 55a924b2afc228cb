"""Answering an objection: once, in writing, recorded; the move it blocked is free again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.dates import opening_of
from tendering.models import HallMessage, Lot, Objection
from tendering.operations.moving import require_owner
from tendering.queries import lock_lot
from tendering.refusals import TEXT_EMPTY, TEXT_LONG, TEXT_MOST, LostRace, NotFound, refuse_if

ANSWERED = Reason("already_answered", _("该异议已经答复，答复不能修改。"), "BL-65")


@transaction.atomic(durable=True)
def answer_objection(*, objection_id: UUID, actor: Actor, answer: str) -> Objection:
    """Answer an objection once and return it. A suspension does not stop the answer: it may be what it waits for.

    :raises NotFound: no such objection
    :raises ActRefused: not one's own lot, no text, or answered already
    :raises LostRace: it was answered at the same moment
    """
    found = Objection.objects.filter(public_id=objection_id).first()
    if found is None:
        raise NotFound(str(objection_id))
    lot, now = lock_lot(pk=found.lot_id)
    require_owner(lot, actor)
    objection = Objection.objects.get(pk=found.pk)
    checks = (
        (objection.answered_at is not None, ANSWERED),
        (not answer.strip(), TEXT_EMPTY),
        (len(answer) > TEXT_MOST, TEXT_LONG),
    )
    refuse_if([reason for failed, reason in checks if failed])
    unanswered = Objection.objects.filter(pk=objection.pk, answered_at__isnull=True)
    if unanswered.update(answer=answer.strip(), answered_at=now) != 1:
        raise LostRace(lot.code)
    objection.refresh_from_db()
    if objection.matter == "opening":
        _said_in_hall(lot, objection.answer, actor=actor, now=now)
    payload = {
        "objection": objection.public_id,
        "matter": objection.matter,
        "text": objection.text,
        "answer": objection.answer,
    }
    ledger.append("objection.answered", lot=lot.code, at=now, actor=actor, payload=payload)
    return objection


def _said_in_hall(lot: Lot, answer: str, *, actor: Actor, now: datetime) -> None:
    """BR-44: whoever is at the opening hears the answer, wherever its owner wrote it."""
    opening = opening_of(lot)
    if opening is not None:
        author = actor.organisation_name or actor.name
        HallMessage.objects.create(
            opening=opening, author=author, role=actor.role.value, kind="answer", text=answer, at=now
        )
