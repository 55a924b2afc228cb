"""Sets a new initial password for somebody who has forgotten theirs, or is locked out."""

from axes.utils import reset as unlock
from django.db import transaction

import ledger
from identity.actor import Actor
from identity.models import Membership, Person
from identity.passwords import weaknesses
from identity.policy import Act
from identity.refusals import UNKNOWN_PERSON, PasswordRefused, not_allowed, refuse_if
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

OWN = Reason("own_password", _("自己的密码请在“修改密码”中改，要先输入原密码。"))
SUPERVISOR = Reason("supervisor", _("监督人员和系统管理员的密码只能由系统管理员重设。"))
# whoever sets a password could sign in with it: the centre must not be able to become who supervises it
SUPERVISORS = frozenset({Role.REGULATOR, Role.ADMINISTRATOR})


def reset_password(*, person_id: int, password: str, actor: Actor) -> Person:
    """Set an initial password, which the person must change at the next sign-in, and end a pause of the login.

    The person's sessions end, since the password changes. No key is touched: bids and releases need the person's own.

    :raises PasswordRefused: with every reason: not allowed, no such person, one's own, a supervisor's, or weak
    """
    with transaction.atomic(durable=True):
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        reasons = not_allowed(actor, Act.REGISTER_PEOPLE)
        if person is None:
            raise PasswordRefused([*reasons, UNKNOWN_PERSON])
        if person.login == actor.login:
            reasons.append(OWN)
        elif actor.role is not Role.ADMINISTRATOR and _supervises(person):
            reasons.append(SUPERVISOR)
        refuse_if(PasswordRefused, [*reasons, *weaknesses(password)])
        person.set_password(password)
        person.password_is_initial = True
        person.save(update_fields=["password", "password_is_initial"])
        unlock(username=person.login)
        payload, personal = {"person": person.public_id}, {"login": person.login}
        ledger.append("person.password_reset", at=clock.now(), payload=payload, actor=actor, personal=personal)
    return person


def _supervises(person: Person) -> bool:
    return Membership.objects.filter(person=person, role__in=SUPERVISORS, ended_at=None).exists()
