"""Signing in: throttled by django-axes, recorded in the ledger with person, time and address (EB-40)."""

from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpRequest

import ledger
from identity.middleware import actor_in_session, address_of
from identity.models import Person
from identity.refusals import SignInRefused
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

NOT_RECOGNISED = Reason("sign_in", _("用户名或密码不正确。"))


def sign_in(request: HttpRequest, *, name: str, password: str) -> Person:
    """Sign a person in to this session and return it; the session's key is renewed.

    Too many failures make `request.axes_locked_out` true; AxesMiddleware then answers in place of the view.

    :raises SignInRefused: without saying which of the two was wrong
    """
    person = authenticate(request, username=name, password=password)
    if not isinstance(person, Person):
        raise SignInRefused([NOT_RECOGNISED])
    login(request, person)
    record_sign_in(request, person)
    return person


def record_sign_in(request: HttpRequest, person: Person) -> None:
    """Append `person.signed_in`, for whoever signs in by another way than `sign_in`."""
    actor = actor_in_session(person, None, address_of(request.META))
    with transaction.atomic():
        payload = {"person": person.public_id}
        ledger.append(
            "person.signed_in", at=clock.now(), payload=payload, actor=actor, personal={"login": person.login}
        )
