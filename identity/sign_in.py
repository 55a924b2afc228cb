"""What the ledger keeps of signing in: who or, refused, which login was typed, when and from where (EB-40, EB-49)."""

from django.db import transaction
from django.http import HttpRequest

import ledger
from identity.actor import public
from identity.middleware import actor_in_session, address_of
from identity.models import Person
from ledger import clock

LONGEST_LOGIN = Person._meta.get_field("login").max_length


def record_sign_in(request: HttpRequest, person: Person) -> None:
    """Append `person.signed_in`."""
    actor = actor_in_session(person, None, address_of(request.META))
    with transaction.atomic():
        payload = {"person": person.public_id}
        ledger.append(
            "person.signed_in", at=clock.now(), payload=payload, actor=actor, personal={"login": person.login}
        )


def record_refused_sign_in(request: HttpRequest, login: str) -> None:
    """Append `person.sign_in_refused`: the login as typed, never the password, nor whether there is such a login."""
    with transaction.atomic():
        ledger.append(
            "person.sign_in_refused",
            at=clock.now(),
            payload={},
            actor=public(address_of(request.META)),
            personal={"login": login[:LONGEST_LOGIN]},
        )
