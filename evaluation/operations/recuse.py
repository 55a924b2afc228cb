"""A member steps aside before the evaluation starts; the seat is refilled from the recorded order (EC-12, EP)."""

from django.db import transaction

import ledger
from evaluation.models import Member, MemberState
from evaluation.operations.seating import take_seat
from evaluation.operations.succession import leave, next_in_order
from evaluation.refusals import REASON_EMPTY, WRONG_PHASE
from evaluation.rules.committee import MemberKind
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.refusals import refuse_if

REPRESENTATIVE = Reason("representative", _("招标人代表需要回避的，请招标人另行委派后由交易中心重新登记。"), "BL-37")


@transaction.atomic(durable=True)
def recuse(*, lot_code: str, actor: Actor, reason: str, refusal: bool = False) -> Member | None:
    """Give the seat up, for a conflict of interest or (`refusal`) because one cannot come; return the replacement.

    None where the recorded order is used up: the seat is vacant until the trading centre fills it (`replace_member`).

    :raises ActRefused: not a member, no reason, the evaluation has started, the purchaser's representative
    """
    lot, committee, member, now = take_seat(lot_code, actor, pledged=False)
    checks = (
        (not reason.strip(), REASON_EMPTY),
        (committee.phase != "gathering", WRONG_PHASE),
        (member.kind == MemberKind.PURCHASER_REPRESENTATIVE, REPRESENTATIVE),
    )
    refuse_if([found for failed, found in checks if failed])
    leave(committee, member, state=MemberState.REFUSED if refusal else MemberState.RECUSED, reason=reason)
    successor = next_in_order(lot, committee, member.seat, now=now)
    kind = "member.refused" if refusal else "member.recused"
    payload = {"seat": member.seat, "reason": member.conflict}
    ledger.append(kind, lot=lot.code, at=now, actor=actor, payload=payload)
    if successor is not None:
        personal = {"successor": successor.person.login}
        ledger.append("member.replaced", lot=lot.code, at=now, payload={"seat": successor.seat}, personal=personal)
    return successor
