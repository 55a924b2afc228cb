"""Registers a person who can sign in; roles are granted apart."""

import re

from django.db import IntegrityError, transaction

import ledger
from identity.actor import Actor
from identity.models import Person
from identity.passwords import weaknesses
from identity.policy import Act
from identity.refusals import NAME_EMPTY, RegistrationRefused, not_allowed, refuse_if
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")
BAD_LOGIN = Reason("login", _("用户名由小写字母、数字和 . _ @ - 组成，2至80个字符。"))
LOGIN_TAKEN = Reason("login_taken", _("该用户名已被使用。"))


def register_person(*, login: str, name: str, password: str, actor: Actor, published: bool = False) -> Person:
    """Register a person with a password that the validators in the settings accept.

    The person must change it before doing anything else, unless it is `published` to everybody, as a demonstration's.

    :raises RegistrationRefused: not allowed, no name, a bad or taken login, or a weak password
    """
    reasons = not_allowed(actor, Act.REGISTER_PEOPLE)
    if not name.strip():
        reasons.append(NAME_EMPTY)
    if not _LOGIN.fullmatch(login):
        reasons.append(BAD_LOGIN)
    refuse_if(RegistrationRefused, [*reasons, *weaknesses(password)])
    try:
        with transaction.atomic(durable=True):
            now = clock.now()
            person = Person.objects.create_user(login, name.strip(), password, password_is_initial=not published)
            payload = {"person": person.public_id}
            ledger.append("person.registered", at=now, payload=payload, actor=actor, personal={"login": login})
    except IntegrityError as error:
        raise RegistrationRefused([LOGIN_TAKEN]) from error
    return person
