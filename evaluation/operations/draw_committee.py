"""Drawing the committee at random from the pool, so that anybody can recompute it afterwards (BL-37, EP)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

import ledger
from evaluation import queries
from evaluation.models import Committee, Member
from evaluation.refusals import COMMITTEE_EXISTS
from evaluation.rules.committee import MemberKind, composition_reasons, eligible, representatives_allowed
from evaluation.rules.draw import ExpertDraw, Seats, draw_experts
from identity.actor import Actor
from identity.models import Person
from identity.roles import Role
from lawbook.procedures import procedure
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.draw_queries import EXPERTS
from tendering.models import Lot
from tendering.operations import drawing
from tendering.queries import lock_lot
from tendering.refusals import ActRefused, refuse_if
from tendering.rules import draws
from tendering.rules.calendars import legal_day

NOT_THE_CENTRE = Reason("wrong_role", _("专家由交易中心在监督下抽取。"), "BR-46")
TOO_EARLY = Reason("too_early", _("投标截止之后才能抽取专家。"), "BL-37")
TOO_MANY_REPRESENTATIVES = Reason("too_many_representatives", _("招标人代表不得超过成员总数的三分之一。"), "BL-37")
NOT_A_REPRESENTATIVE = Reason("not_a_representative", _("招标人代表必须是招标人单位的人员。"), "BL-37")
STAGES = frozenset({"closed", "opening", "opened"})


@transaction.atomic(durable=True)
def draw_committee(*, lot_code: str, actor: Actor, size: int = 5, representative: str = "") -> Committee:
    """Draw `size` members (one of them the purchaser's `representative`, by login, if given) and return the committee.

    The seed was committed to when the tender was announced; the lines that those present added until now enter the
    draw. Everything is recorded, told once the result is published (BL-37); refusals are refilled from the same order.

    :raises ActRefused: not the centre, too early, drawn already, never committed to, an unlawful make-up
    :raises DrawInvalid: a pool is too small
    """
    lot, now = lock_lot(code=lot_code)
    delegate = representative_of(lot, representative)
    refuse_if(_reasons(lot, actor, size=size, wanted=representative, delegate=delegate))
    seats = _seats(lot, size - (1 if delegate else 0), now)
    begun = drawing.begun(lot, EXPERTS, now=now)
    drawn = draw_experts(seats, drawing.inputs_of(begun))
    record = drawing.hold(begun, [row.matter for row in seats], now=now, exclusive=True)
    known = {"size": size, "representative": representative, "orders": _listed(drawn.orders)}
    committee = Committee.objects.create(lot=lot, size=size, formed_at=now, draw=record | known)
    _seat(committee, drawn, delegate)
    refuse_if(composition_reasons(queries.composition(committee), minimum=_minimum(lot, now)))
    closed = {"matter": EXPERTS, "purpose": record["purpose"], "lines": len(record["contributions"])}
    ledger.append("draw.closed", lot=lot.code, at=now, actor=actor, payload=closed)
    payload = committee.draw | {"representative": bool(delegate)}
    ledger.append("committee.drawn", lot=lot.code, at=now, actor=actor, payload=payload)
    return committee


def _minimum(lot: Lot, now: datetime) -> int:
    return procedure(lot.project.procedure).committee_minimum(legal_day(now))


def representative_of(lot: Lot, login: str) -> Person | None:
    """Return the person of this login if the purchaser may send them now."""
    people = Person.objects.filter(
        login=login,
        is_active=True,
        memberships__organisation=lot.project.purchaser,
        memberships__role=Role.PURCHASER,
        memberships__ended_at=None,
    )
    return people.first() if login else None


def _reasons(lot: Lot, actor: Actor, *, size: int, wanted: str, delegate: Person | None) -> list[Reason]:
    checks = (
        (actor.role is not Role.CENTRE, NOT_THE_CENTRE),
        (lot.stage not in STAGES, TOO_EARLY),
        (queries.committee_of(lot) is not None, COMMITTEE_EXISTS),
        (bool(wanted) and delegate is None, NOT_A_REPRESENTATIVE),
        (delegate is not None and representatives_allowed(size) < 1, TOO_MANY_REPRESENTATIVES),
    )
    return [reason for failed, reason in checks if failed]


def _seats(lot: Lot, count: int, now: datetime) -> list[Seats]:
    """Return how many come from which specialty: divided evenly, the remainder to the first ones."""
    specialties = procedure(lot.project.procedure).committee.specialties
    parties = queries.parties(lot)
    share, rest = divmod(count, len(specialties))
    return [
        Seats(
            specialty,
            share + (1 if place < rest else 0),
            eligible(queries.pool(lot, specialty), parties, on=legal_day(now)),
        )
        for place, specialty in enumerate(specialties)
    ]


def _listed(orders: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {specialty: list(persons) for specialty, persons in orders.items()}


def inputs_of(committee: Committee) -> draws.Inputs:
    """Return the recorded inputs of a committee's draw."""
    record = committee.draw
    head = draws.checkpoint_text(record["checkpoint"]["size"], record["checkpoint"]["root"])
    return draws.Inputs(record["purpose"], bytes.fromhex(record["seed"]), tuple(record["contributions"]), head)


def seats_of(committee: Committee) -> list[Seats]:
    """Return the recorded conditions of a committee's draw."""
    return [Seats(row["name"], row["count"], tuple(row["candidates"])) for row in committee.draw["matters"]]


def _seat(committee: Committee, drawn: ExpertDraw, delegate: Person | None) -> None:
    people = {person.login: person for person in Person.objects.filter(login__in=drawn.members)}
    rows = [(people[login], MemberKind.EXPERT) for login in drawn.members]
    if delegate is not None:
        if delegate.login in people:
            raise ActRefused([NOT_A_REPRESENTATIVE])
        rows.append((delegate, MemberKind.PURCHASER_REPRESENTATIVE))
    Member.objects.bulk_create(
        Member(committee=committee, person=person, kind=kind.value, seat=seat)
        for seat, (person, kind) in enumerate(rows, start=1)
    )
