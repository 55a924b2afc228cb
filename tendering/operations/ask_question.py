"""Asking about the tender document. Nobody but the asker ever learns who asked (BL-22)."""

from uuid import uuid4

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Lot, Question
from tendering.queries import lock_lot
from tendering.refusals import (
    DEADLINE_PASSED,
    NOT_ANNOUNCED,
    SUSPENDED,
    TEXT_EMPTY,
    TEXT_LONG,
    TEXT_MOST,
    refuse_if,
)

NOT_A_BIDDER = Reason("not_a_bidder", _("只有投标人可以提问。"), "BL-25")


@transaction.atomic(durable=True)
def ask_question(*, lot_code: str, actor: Actor, text: str) -> Question:
    """Ask a question before the deadline and return it; the same text from the same bidder is asked once.

    A late question blocks nothing: answering it is the purchaser's choice (design 3.1).

    :raises ActRefused: with every reason
    """
    lot, now = lock_lot(code=lot_code)
    checks = (
        (actor.role is not Role.BIDDER or actor.organisation_id is None, NOT_A_BIDDER),
        (lot.announced_at is None, NOT_ANNOUNCED),
        (lot.deadline_at is not None and (now >= lot.deadline_at or lot.stage != "announced"), DEADLINE_PASSED),
        (lot.suspended_at is not None, SUSPENDED),
        (not text.strip(), TEXT_EMPTY),
        (len(text) > TEXT_MOST, TEXT_LONG),
    )
    refuse_if([reason for failed, reason in checks if failed])
    assert actor.organisation_id is not None  # refused above
    asked = _asked(lot, actor, text.strip())
    if asked is not None:
        return asked
    question = Question.objects.create(
        public_id=uuid4(), lot=lot, asker_id=actor.organisation_id, text=text.strip(), asked_at=now
    )
    # The actor is a salted hash in the entry; the ledger tells nobody else which bidder it is before the opening.
    payload = {"question": question.public_id}
    ledger.append("question.asked", lot=lot.code, at=now, actor=actor, payload=payload)
    return question


def _asked(lot: Lot, actor: Actor, text: str) -> Question | None:
    """Return the same question when a double click asked it twice."""
    return lot.questions.filter(asker_id=actor.organisation_id, text=text, answered_at__isnull=True).first()
