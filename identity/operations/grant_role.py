"""Grants a person a role in an organisation, and ends it."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.models import Membership, Organisation, Person
from identity.operator import runs_servers
from identity.policy import Act
from identity.refusals import (
    OPERATOR_STAYS_OUT,
    UNKNOWN_ORGANISATION,
    UNKNOWN_PERSON,
    RegistrationRefused,
    not_allowed,
    refuse_if,
)
from identity.roles import MEMBER_ROLES, Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

NOT_FOR_PEOPLE = Reason("role", _("这一身份不能授予用户。"))
NO_MEMBERSHIP = Reason("no_membership", _("没有这一身份，或者已经结束。"))
KEPT_FROM_OPERATOR = frozenset({Role.BIDDER, Role.AGENCY})  # EB-23


def grant_role(*, person_id: int, organisation_id: int, role: Role, actor: Actor) -> Membership:
    """Grant a role; granting it again changes nothing, an ended one is taken up again.

    :raises RegistrationRefused: not allowed, unknown person or organisation, a role for programs only, or the operator
        would bid or act as agency (EB-23)
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    reasons = not_allowed(actor, Act.REGISTER_PEOPLE)
    if organisation is None:
        reasons.append(UNKNOWN_ORGANISATION)
    elif role in KEPT_FROM_OPERATOR and runs_servers(organisation):
        reasons.append(OPERATOR_STAYS_OUT)
    if role not in MEMBER_ROLES:
        reasons.append(NOT_FOR_PEOPLE)
    if not Person.objects.filter(pk=person_id).exists():
        reasons.append(UNKNOWN_PERSON)
    refuse_if(RegistrationRefused, reasons)
    with transaction.atomic(durable=True):
        now = clock.now()
        membership, fresh = Membership.objects.select_for_update().get_or_create(
            person_id=person_id, organisation_id=organisation_id, role=role, defaults={"granted_at": now}
        )
        if fresh or membership.ended_at is not None:
            membership.ended_at = None
            membership.save(update_fields=["ended_at"])
            _record("role.granted", membership, at=now, actor=actor)
    return membership


def end_role(*, membership_id: int, actor: Actor) -> Membership:
    """End a role; the person's sessions lose it at their next request.

    :raises RegistrationRefused: not allowed, or there is no such role in force
    """
    refuse_if(RegistrationRefused, not_allowed(actor, Act.REGISTER_PEOPLE))
    with transaction.atomic(durable=True):
        now = clock.now()
        if Membership.objects.filter(pk=membership_id, ended_at=None).update(ended_at=now) != 1:
            raise RegistrationRefused([NO_MEMBERSHIP])
        membership = Membership.objects.select_related("person", "organisation").get(pk=membership_id)
        _record("role.ended", membership, at=now, actor=actor)
    return membership


def _record(kind: str, membership: Membership, *, at: datetime, actor: Actor) -> None:
    payload = {"uscc": membership.organisation.uscc, "role": membership.role, "person": membership.person.public_id}
    ledger.append(kind, at=at, payload=payload, actor=actor, personal={"login": membership.person.login})
