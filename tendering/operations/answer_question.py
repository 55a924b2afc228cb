"""Answering a bidder's question: question and answer are published to everybody, without the asker."""

from uuid import UUID

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Question
from tendering.operations.moving import require_owner
from tendering.queries import lock_lot
from tendering.refusals import SUSPENDED, TEXT_EMPTY, TEXT_LONG, TEXT_MOST, LostRace, NotFound, refuse_if

ANSWERED = Reason("already_answered", _("这个问题已经答复，答复不能修改。"), "BL-23")


@transaction.atomic(durable=True)
def answer_question(*, question_id: UUID, actor: Actor, answer: str) -> Question:
    """Answer a question once and return it, published.

    :raises NotFound: no such question
    :raises ActRefused: not one's own lot, no text, or answered already
    :raises LostRace: it was answered at the same moment
    """
    found = Question.objects.filter(public_id=question_id).first()
    if found is None:
        raise NotFound(str(question_id))
    lot, now = lock_lot(pk=found.lot_id)
    require_owner(lot, actor)
    question = Question.objects.get(pk=found.pk)
    checks = (
        (question.answered_at is not None, ANSWERED),
        (lot.suspended_at is not None, SUSPENDED),
        (not answer.strip(), TEXT_EMPTY),
        (len(answer) > TEXT_MOST, TEXT_LONG),
    )
    refuse_if([reason for failed, reason in checks if failed])
    unanswered = Question.objects.filter(pk=question.pk, answered_at__isnull=True)
    if unanswered.update(answer=answer.strip(), answered_at=now) != 1:
        raise LostRace(lot.code)
    question.refresh_from_db()
    payload = {"question": question.public_id, "text": question.text, "answer": question.answer}
    ledger.append("question.answered", lot=lot.code, at=now, actor=actor, payload=payload)
    return question
