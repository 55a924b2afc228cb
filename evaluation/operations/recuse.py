"""A member steps aside before the evaluation starts; the seat is refilled from the recorded order (EC-12, EP)."""

from django.db import transaction

import ledger
from evaluation.models import Committee, Member, MemberState
from evaluation.operations.draw_committee import inputs_of, seats_of
from evaluation.operations.seating import take_seat
from evaluation.refusals import REASON_EMPTY, WRONG_PHASE
from evaluation.rules.committee import MemberKind
from evaluation.rules.draw import draw_experts
from identity.actor import Actor
from identity.models import Person
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.refusals import refuse_if

REPRESENTATIVE = Reason("representative", _("招标人代表需要回避的，请招标人另行委派后由交易中心重新登记。"), "BL-37")


@transaction.atomic(durable=True)
def recuse(*, lot_code: str, actor: Actor, reason: str, refusal: bool = False) -> Member:
    """Give the seat up, for a conflict of interest or (`refusal`) because one cannot come; return the replacement.

    :raises ActRefused: not a member, no reason, the evaluation has started, the purchaser's representative
    :raises DrawInvalid: nobody is left in the pool
    """
    lot, committee, member, now = take_seat(lot_code, actor, pledged=False)
    checks = (
        (not reason.strip(), REASON_EMPTY),
        (committee.phase != "gathering", WRONG_PHASE),
        (member.kind == MemberKind.PURCHASER_REPRESENTATIVE, REPRESENTATIVE),
    )
    refuse_if([found for failed, found in checks if failed])
    member.state = MemberState.REFUSED if refusal else MemberState.RECUSED
    member.conflict, member.leader = reason.strip()[:2000], False
    member.save(update_fields=["state", "conflict", "leader"])
    successor = _successor(committee, member)
    kind = "member.refused" if refusal else "member.recused"
    payload = {"seat": member.seat, "reason": member.conflict}
    ledger.append(kind, lot=lot.code, at=now, actor=actor, payload=payload)
    personal = {"successor": successor.person.login}
    ledger.append("member.replaced", lot=lot.code, at=now, payload={"seat": successor.seat}, personal=personal)
    return successor


def _successor(committee: Committee, gone: Member) -> Member:
    record = committee.draw
    record["unavailable"] = [*record["unavailable"], gone.person.login]
    drawn = draw_experts(seats_of(committee), inputs_of(committee), unavailable=record["unavailable"])
    record["result"] = {specialty: list(persons) for specialty, persons in drawn.seated.items()}
    # who voted for the one who left did not vote for the successor
    votes = {login: seat for login, seat in committee.votes.items() if seat != gone.seat}
    votes.pop(gone.person.login, None)
    committee.votes = votes
    committee.save(update_fields=["draw", "votes"])
    sitting = set(committee.members.values_list("person__login", flat=True))
    login = next(login for login in drawn.members if login not in sitting)
    person = Person.objects.get(login=login)
    return Member.objects.create(committee=committee, person=person, kind=MemberKind.EXPERT.value, seat=gone.seat)
