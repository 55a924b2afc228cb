"""The expert pool: enrolling a person, changing what recusal looks at, taking out and back in (BR-46, EP)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

import ledger
from evaluation.models import Expert
from identity.actor import Actor
from identity.models import Membership, Organisation, Person
from identity.policy import Act, decide
from identity.roles import Role
from identity.uscc import normal_uscc
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from tendering.refusals import refuse_if

NO_PERSON = Reason("unknown_person", _("没有这个用户，或者已经停用。"))
NOT_AN_EXPERT = Reason("not_an_expert", _("该用户没有评标专家身份，请先在「人员」中授予。"), "BR-46")
ENROLLED = Reason("enrolled", _("该用户已在专家库中。"))
NOT_ENROLLED = Reason("not_enrolled", _("专家库中没有这个用户。"))
NO_SPECIALTY = Reason("specialty_empty", _("请选择专业。"), "BR-46")
NO_REGION = Reason("region_empty", _("请填写所在地区。"), "BR-46")
NO_EMPLOYER = Reason("employer_unknown", _("现任职单位未在本平台登记。"))
BAD_FORMER = Reason("former_employer", _("曾任职单位须写明统一社会信用代码和离职日期。"), "EP-16")
REASON_EMPTY = Reason("reason_empty", _("请写明理由。"))
SAME_STATE = {
    True: Reason("same_state", _("该专家已经在库，没有再次办理；如需停用，请从专家库重新进入。")),
    False: Reason("same_state", _("该专家已经停用，没有再次办理；如需恢复，请从专家库重新进入。")),
}
MOST = {"specialty": 40, "region": 60, "title": 60}  # characters


@dataclass(frozen=True)
class FormerEmployment:
    """An organisation (USCC) that the expert left, and the last day there."""

    uscc: str
    left_on: date


@dataclass(frozen=True)
class ExpertEntry:
    """What the pool says of an expert; the employer by USCC, empty where there is none."""

    specialty: str
    region: str
    title: str = ""
    employer_uscc: str = ""
    former: tuple[FormerEmployment, ...] = ()


@transaction.atomic(durable=True)
def enrol_expert(*, login: str, entry: ExpertEntry, actor: Actor) -> Expert:
    """Put a person with the role of an expert into the pool and return the entry.

    :raises ActRefused: with every reason: not the centre, no such person or role, in the pool already, an incomplete
        entry, an unknown employer
    """
    person = Person.objects.filter(login=login, is_active=True).first()
    found, employer = _columns(entry)
    reasons = [*decide(actor, Act.MANAGE_EXPERTS).reasons, *found]
    if person is None:
        reasons.append(NO_PERSON)
    elif not Membership.objects.filter(person=person, role=Role.EXPERT, ended_at=None).exists():
        reasons.append(NOT_AN_EXPERT)
    elif Expert.objects.filter(person=person).exists():
        reasons.append(ENROLLED)
    refuse_if(reasons)
    assert person is not None  # one of the reasons above
    expert = Expert(person=person, active=True)
    return _write(expert, entry, employer, kind="expert.enrolled", actor=actor)


@transaction.atomic(durable=True)
def change_expert(*, login: str, entry: ExpertEntry, actor: Actor) -> Expert:
    """Replace what the pool says of an expert and return the entry; draws already made stay as recorded.

    :raises ActRefused: with every reason, as `enrol_expert`
    """
    expert = _expert(login)
    found, employer = _columns(entry)
    missing = [] if expert else [NOT_ENROLLED]
    refuse_if([*decide(actor, Act.MANAGE_EXPERTS).reasons, *found, *missing])
    assert expert is not None  # the reason above
    return _write(expert, entry, employer, kind="expert.changed", actor=actor)


@transaction.atomic(durable=True)
def set_expert_active(*, login: str, active: bool, reason: str, actor: Actor) -> Expert:
    """Take an expert out of the pool, or back in, with a reason; seats already held are not touched.

    :raises ActRefused: with every reason: not the centre, not in the pool, no reason, nothing would change
    """
    expert = _expert(login)
    checks = (
        (expert is None, NOT_ENROLLED),
        (not reason.strip(), REASON_EMPTY),
        (expert is not None and expert.active is active, SAME_STATE[active]),
    )
    refuse_if([*decide(actor, Act.MANAGE_EXPERTS).reasons, *(found for failed, found in checks if failed)])
    assert expert is not None  # the reason above
    expert.active = active
    expert.save(update_fields=["active"])
    payload = {"person": expert.person.public_id, "active": active, "reason": reason.strip()[:500]}
    personal = {"login": login}
    ledger.append("expert.changed", at=clock.now(), payload=payload, actor=actor, personal=personal)
    return expert


def _expert(login: str) -> Expert | None:
    return Expert.objects.select_for_update(of=("self",)).select_related("person").filter(person__login=login).first()


def _columns(entry: ExpertEntry) -> tuple[list[Reason], Organisation | None]:
    """Return what is wrong in the entry, and the employer that it names."""
    employer = Organisation.objects.filter(uscc=entry.employer_uscc).first() if entry.employer_uscc else None
    checks = (
        (not entry.specialty.strip(), NO_SPECIALTY),
        (not entry.region.strip(), NO_REGION),
        (bool(entry.employer_uscc) and employer is None, NO_EMPLOYER),
        (not all(_is_uscc(job.uscc) for job in entry.former), BAD_FORMER),
    )
    return [reason for failed, reason in checks if failed], employer


def _is_uscc(text: str) -> bool:
    try:
        normal_uscc(text)
    except ValueError:
        return False
    return True


def _write(expert: Expert, entry: ExpertEntry, employer: Organisation | None, *, kind: str, actor: Actor) -> Expert:
    for name, most in MOST.items():
        setattr(expert, name, getattr(entry, name).strip()[:most])
    expert.employer = employer
    expert.former_employers = [
        {"uscc": normal_uscc(job.uscc), "left_on": job.left_on.isoformat()} for job in entry.former
    ]
    expert.save()
    payload = {
        "person": expert.person.public_id,
        "specialty": expert.specialty,
        "region": expert.region,
        "employer": employer.uscc if employer else "",
        "former_employers": expert.former_employers,
    }
    personal = {"login": expert.person.login}
    ledger.append(kind, at=clock.now(), payload=payload, actor=actor, personal=personal)
    return expert
