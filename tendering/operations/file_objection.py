"""Filing an objection to the document, the opening or the candidates, in the time the law gives for each."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Lot, Objection
from tendering.queries import lock_lot
from tendering.refusals import DEADLINE_BLANK, SUSPENDED, TEXT_EMPTY, TEXT_LONG, TEXT_MOST, refuse_if
from tendering.rules.periods import document_objection_reasons

NOT_A_BIDDER = Reason("not_a_bidder", _("异议由投标人或其他利害关系人提出。"), "BL-65")
NO_SUCH_MATTER = Reason("matter", _("异议只能针对招标文件、开标或中标候选人。"), "BL-65")
NOT_NOW = Reason("not_now", _("现在不能对此提出异议。"), "BL-65")
NOT_IN_OPENING = Reason("not_in_opening", _("只有参加开标的投标人可以对开标提出异议。"), "BR-44")
PUBLICITY_OVER = Reason("publicity_over", _("公示期已过，不能再提出异议。"), "BR-54")


@transaction.atomic(durable=True)
def file_objection(*, lot_code: str, actor: Actor, matter: str, text: str) -> Objection:
    """File an objection and return it; until it is answered it blocks the move that the law names.

    `matter` is `document` (blocks the closing, BR-22), `opening` (blocks its end, BR-44) or `candidates` (blocks the
    result, BR-54). The same unanswered text from the same organisation is filed once.

    :raises ActRefused: with every reason, the lapsed period among them
    """
    lot, now = lock_lot(code=lot_code)
    checks = (
        (actor.role is not Role.BIDDER or actor.organisation_id is None, NOT_A_BIDDER),
        (matter not in _IN_TIME, NO_SUCH_MATTER),
        (lot.suspended_at is not None, SUSPENDED),
        (not text.strip(), TEXT_EMPTY),
        (len(text) > TEXT_MOST, TEXT_LONG),
    )
    reasons = [reason for failed, reason in checks if failed]
    refuse_if(reasons + (_IN_TIME[matter](lot, actor, now) if matter in _IN_TIME else []))
    assert actor.organisation_id is not None  # refused above
    same = lot.objections.filter(matter=matter, organisation_id=actor.organisation_id, text=text.strip())
    filed = same.filter(answered_at__isnull=True).first()
    if filed is not None:
        return filed
    return _file(lot, actor, actor.organisation_id, matter, text.strip(), now=now)


def _file(lot: Lot, actor: Actor, organisation_id: int, matter: str, text: str, *, now: datetime) -> Objection:
    objection = Objection.objects.create(
        public_id=uuid4(), lot=lot, matter=matter, organisation_id=organisation_id, text=text, filed_at=now
    )
    payload = {"objection": objection.public_id, "matter": matter}
    ledger.append("objection.filed", lot=lot.code, at=now, actor=actor, payload=payload)
    return objection


def _to_document(lot: Lot, actor: Actor, now: datetime) -> list[Reason]:
    if lot.stage != "announced":
        return [NOT_NOW]
    if lot.deadline_at is None:
        return [DEADLINE_BLANK]
    return document_objection_reasons(now, lot.deadline_at, lot.project.procedure)


def _to_opening(lot: Lot, actor: Actor, now: datetime) -> list[Reason]:
    # BR-44: on the spot, so only while the opening goes on.
    reasons = [] if lot.stage in {"opening", "opened"} and lot.evaluated_at is None else [NOT_NOW]
    if not lot.bids.filter(bidder_id=actor.organisation_id, in_closing_set=True).exists():
        reasons.append(NOT_IN_OPENING)
    return reasons


def _to_candidates(lot: Lot, actor: Actor, now: datetime) -> list[Reason]:
    if lot.stage != "candidates_published":
        return [NOT_NOW]
    return [PUBLICITY_OVER] if lot.publicity_ends_at is not None and now >= lot.publicity_ends_at else []


_IN_TIME: dict[str, Callable[[Lot, Actor, datetime], list[Reason]]] = {
    "document": _to_document,
    "opening": _to_opening,
    "candidates": _to_candidates,
}
