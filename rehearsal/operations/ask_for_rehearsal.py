"""Centre staff ask for a rehearsal; a worker starts it as a program of its own. One at a time."""

import logging
from datetime import timedelta

from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from identity.actor import Actor
from identity.policy import Act, decide
from lawbook.procedures import procedure
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from ledger import clock
from rehearsal.models import DEFAULT_PROCEDURE, Rehearsal, RehearsalState

logger = logging.getLogger(__name__)
FEWEST, MOST = 3, 10
LONGEST = timedelta(minutes=15)  # a rehearsal without an end after this was cut short
ONE_AT_A_TIME = Reason("one_at_a_time", _("已有一场演练在进行，请等它结束。"))
WRONG_NUMBER = _("演练的投标人应为 {fewest} 至 {most} 家。")
NOT_A_REHEARSAL = Reason("not_a_rehearsal", _("只能演练专门的演练交易方式。"))
CUT_SHORT = "演练中断：进程已不在"


class RehearsalRefused(Refused):
    """The rehearsal was not started, with every reason."""


def ask_for_rehearsal(*, actor: Actor, bidders: int, code: str = DEFAULT_PROCEDURE) -> Rehearsal:
    """Record the wish and ask a worker to start it; returns the row that the program writes its progress to.

    :raises RehearsalRefused: not centre staff, a real procedure, too few or many bidders, or one is under way
    """
    reasons = _reasons(actor, bidders, code)
    try:
        with transaction.atomic(durable=True):
            now = clock.now()
            under_way = Rehearsal.objects.filter(finished_at=None)
            under_way.filter(started_at__lt=now - LONGEST).update(
                state=RehearsalState.FAILED, finished_at=now, step=CUT_SHORT
            )
            if under_way.exists():
                reasons.append(ONE_AT_A_TIME)
            if reasons:
                raise RehearsalRefused(reasons)
            row = Rehearsal.objects.create(procedure=code, bidders=bidders, started_by=actor.login, started_at=now)
            transaction.on_commit(lambda: _start(row))
    except IntegrityError as error:  # two clicks at once: the database lets one through
        raise RehearsalRefused([ONE_AT_A_TIME]) from error
    return row


def _reasons(actor: Actor, bidders: int, code: str) -> list[Reason]:
    reasons = list(decide(actor, Act.REHEARSE, None).reasons)
    if not procedure(code).rehearsal:
        reasons.append(NOT_A_REHEARSAL)
    if not FEWEST <= bidders <= MOST:
        values = {"fewest": str(FEWEST), "most": str(MOST)}
        reasons.append(Reason("bidders", WRONG_NUMBER, values=values))
    return reasons


def _start(row: Rehearsal) -> None:
    try:
        current_app.send_task("rehearsal.tasks.start_rehearsal", kwargs={"rehearsal_id": row.pk}, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no worker can be asked to rehearse: %s", error)
        now = clock.now()
        Rehearsal.objects.filter(pk=row.pk).update(state=RehearsalState.FAILED, finished_at=now, step=str(error)[:200])
