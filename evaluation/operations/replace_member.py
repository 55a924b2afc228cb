"""The trading centre fills a seat anew: a member who never appeared, a representative who cannot sit, a vacancy."""

from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from evaluation import queries
from evaluation.models import Committee, Member, MemberState, Sheet
from evaluation.operations.draw_committee import (
    NOT_A_REPRESENTATIVE,
    NOT_THE_CENTRE,
    representative_of,
    seats_of,
)
from evaluation.operations.elect_leader import NO_SUCH_SEAT
from evaluation.operations.succession import leave, next_in_order, put, supplement
from evaluation.refusals import NO_COMMITTEE, REASON_EMPTY, WRONG_PHASE
from evaluation.rules.committee import MemberKind
from evaluation.rules.draw import specialty_at
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Lot
from tendering.queries import lock_lot
from tendering.refusals import SUSPENDED, ActRefused, refuse_if

SEAT_CHANGED = Reason("seat_changed", _("该席位的成员已经变更，没有再次办理；请返回查看现在的成员。"), "EP-20")
HAS_SUBMITTED = Reason("has_submitted", _("该成员已经提交评审表，不能更换。"), "BL-40")
SAT_ALREADY = Reason("sat_already", _("此人已担任或曾担任本委员会成员，请另行委派。"), "BL-37")
POOL_EMPTY = Reason(
    "pool_empty", _("原顺序已用完，专家库中也没有该专业可以补抽的专家；请先登记入库，再办理。"), "EP-20"
)
PHASES = frozenset({"gathering", queries.PRELIMINARY, queries.DETAILED})


@transaction.atomic(durable=True)
def replace_member(
    *, lot_code: str, seat: int, seen: str, reason: str, actor: Actor, representative: str = ""
) -> Member:
    """Give the seat to the next of the recorded order and return the new member, who has yet to pledge.

    `seen` is the login of who sat there on the page, empty for a vacant seat: a second click finds somebody else and
    changes nothing. An order that is used up is followed by a supplementary draw of everybody else in the pool. The
    purchaser's representative is followed by `representative`, the login of whom the purchaser sends now.

    :raises ActRefused: with every reason: not the centre, no such seat, changed meanwhile, a sheet handed in, no
        reason, nobody to follow, suspended
    """
    lot, now = lock_lot(code=lot_code)
    committee = queries.committee_of(lot)
    if committee is None:
        raise ActRefused([NO_COMMITTEE, *([NOT_THE_CENTRE] if actor.role is not Role.CENTRE else [])])
    gone = queries.members(committee).filter(seat=seat).first()
    refuse_if(_reasons(lot, committee, gone, seat=seat, seen=seen, reason=reason, actor=actor))
    expert = bool(specialty_at(seats_of(committee), seat))
    if gone is not None:
        leave(committee, gone, state=MemberState.REPLACED, reason=reason)
    record, member = (
        _expert(lot, committee, seat, now) if expert else (None, _delegate(lot, committee, seat, representative))
    )
    payload: dict[str, Any] = {"seat": seat, "reason": reason.strip()[:2000], "vacant": gone is None}
    ledger.append("member.removed", lot=lot.code, at=now, actor=actor, payload=payload)
    if record is not None:
        payload = {"seat": seat, "record": record}
        ledger.append("committee.supplemented", lot=lot.code, at=now, actor=actor, payload=payload)
    personal = {"successor": member.person.login}
    ledger.append("member.replaced", lot=lot.code, at=now, payload={"seat": seat}, actor=actor, personal=personal)
    return member


def _reasons(
    lot: Lot, committee: Committee, gone: Member | None, *, seat: int, seen: str, reason: str, actor: Actor
) -> list[Reason]:
    submitted = gone is not None and Sheet.objects.filter(member=gone, submitted_at__isnull=False).exists()
    checks = (
        (lot.suspended_at is not None, SUSPENDED),
        (actor.role is not Role.CENTRE, NOT_THE_CENTRE),
        (not 1 <= seat <= committee.size, NO_SUCH_SEAT),
        ((gone.person.login if gone else "") != seen, SEAT_CHANGED),
        (committee.phase not in PHASES, WRONG_PHASE),
        # the sheets of a seat are counted to whoever sits there (BL-40): after the first one the seat stays
        (submitted, HAS_SUBMITTED),
        (not reason.strip(), REASON_EMPTY),
    )
    return [found for failed, found in checks if failed]


def _expert(lot: Lot, committee: Committee, seat: int, now: datetime) -> tuple[dict[str, Any] | None, Member]:
    """Seat the next expert; return the record of a supplementary draw too, where one was held."""
    member, record = next_in_order(lot, committee, seat, now=now), None
    if member is None:
        record = supplement(lot, committee, seat, now=now)
        member = next_in_order(lot, committee, seat, now=now) if record is not None else None
    if member is None:
        raise ActRefused([POOL_EMPTY])
    return record, member


def _delegate(lot: Lot, committee: Committee, seat: int, login: str) -> Member:
    person = representative_of(lot, login)
    if person is None:
        raise ActRefused([NOT_A_REPRESENTATIVE])
    if committee.members.filter(person=person).exists():
        raise ActRefused([SAT_ALREADY])
    return put(committee, person, MemberKind.PURCHASER_REPRESENTATIVE, seat)
