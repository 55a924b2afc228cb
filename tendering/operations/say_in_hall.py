"""Words said in the hall: by the host, by bidders; an objection on the spot and its answer are kept as such (BR-44)."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import HallMessage, Lot, Objection
from tendering.operations.answer_objection import ANSWERED
from tendering.refusals import TEXT_EMPTY, NotFound, refuse_if
from tendering.rules.lifecycle import Stage

MOST_TEXT = 2000
KINDS = {"message": "opening.said", "objection": "opening.objected", "answer": "opening.answered"}
NO_HALL = Reason("no_hall", _("开标大厅现在没有开放。"), "EB-29")
NOT_PRESENT = Reason("not_present", _("只有主持人和本标段的投标人可以发言。"), "BL-35")
BAD_KIND = Reason("kind", _("没有这类发言。"))
ONLY_BIDDERS = Reason("only_bidders", _("只有投标人可以当场提出异议。"), "BR-44")
ONLY_OWNERS = Reason("only_owners", _("异议应由招标人或招标代理机构当场答复。"), "BR-44")
TOO_LONG = Reason("text_long", _("发言不能超过 2000 字。"))


def say_in_hall(
    *, lot_code: str, text: str, actor: Actor, kind: str = "message", answers: UUID | None = None
) -> HallMessage:
    """Say something in the hall. `kind` is message, objection (bidders) or answer (to the objection `answers`).

    The same objection while it waits for its answer, or the same answer again, is said once.

    :raises ActRefused: the hall is not open, the actor has no voice there, the text is empty or too long, or the
        objection was answered otherwise
    :raises NotFound: no such lot, or no objection of that id
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(_reasons(row, text.strip(), actor, kind))
        said = {"text": text.strip(), "author": actor.organisation_name or actor.name, "kind": kind}
        told = HallMessage.objects.filter(opening=bid_queries.opening_of(row), **said).order_by("-pk")
        payload: dict[str, str] = {"text": text.strip()}
        if kind == "objection":
            waiting = _waiting(row, text.strip(), actor)
            if waiting and (same := told.filter(at__gte=waiting.filed_at).first()):
                return same
            objection = waiting or _objected(row, text.strip(), actor=actor, now=now)
            payload["objection"] = str(objection.public_id)
        elif kind == "answer":
            objection = _objection_to(row, answers)
            given_at = objection.answered_at
            if given_at is not None and (same := told.filter(at=given_at).first()):
                return same
            _answer(objection, text.strip(), now=now)
            payload["objection"] = str(objection.public_id)
        message = HallMessage.objects.create(opening=bid_queries.opening_of(row), role=actor.role.value, at=now, **said)
        ledger.append(KINDS[kind], lot=row.code, at=now, payload=payload, actor=actor)
    return message


def _reasons(lot: Lot, text: str, actor: Actor, kind: str) -> list[Reason]:
    open_hall = lot.stage in (Stage.OPENING, Stage.OPENED)
    open_hall = open_hall and bid_queries.opening_of(lot).record_confirmed_at is None
    bidder = actor.role is Role.BIDDER and bid_queries.bids_in_closing_set(lot).filter(
        bidder_id=actor.organisation_id or 0
    )
    host = not bid_queries.host_reasons(lot, actor)
    checks = (
        (not open_hall, NO_HALL),
        (not (host or bidder), NOT_PRESENT),
        (kind not in KINDS, BAD_KIND),
        (kind == "objection" and not bidder, ONLY_BIDDERS),
        (kind == "answer" and not queries.owns(lot.project, actor), ONLY_OWNERS),
        (not text, TEXT_EMPTY),
        (len(text) > MOST_TEXT, TOO_LONG),
    )
    return [reason for failed, reason in checks if failed]


def _waiting(lot: Lot, text: str, actor: Actor) -> Objection | None:
    """Return the organisation's own objection of these words that nobody has answered yet."""
    mine = Objection.objects.filter(lot=lot, matter="opening", organisation_id=actor.organisation_id or 0, text=text)
    return mine.filter(answered_at=None).first()


def _objected(lot: Lot, text: str, *, actor: Actor, now: datetime) -> Objection:
    assert actor.organisation_id is not None  # only bidders object, the rest are refused above
    return Objection.objects.create(
        public_id=uuid4(),
        lot=lot,
        matter="opening",
        organisation_id=actor.organisation_id,
        text=text,
        filed_at=now,
    )


def _objection_to(lot: Lot, answers: UUID | None) -> Objection:
    objection = Objection.objects.filter(lot=lot, matter="opening", public_id=answers).first() if answers else None
    if objection is None:
        raise NotFound(str(answers or ""))
    return objection


def _answer(objection: Objection, text: str, *, now: datetime) -> None:
    refuse_if([ANSWERED] if objection.answered_at is not None else [])
    objection.answer, objection.answered_at = text, now
    objection.save(update_fields=["answer", "answered_at"])
