"""Opens a challenge that a person signs with a new key to prove that it is theirs."""

import base64
import secrets
from datetime import timedelta

from django.db import transaction

from identity.actor import Actor
from identity.models import Challenge, Person
from identity.policy import Act
from identity.refusals import UNKNOWN_PERSON, CertificateRefused, not_allowed, refuse_if
from ledger import clock

VALID = timedelta(minutes=5)


def open_challenge(*, actor: Actor) -> Challenge:
    """Open a challenge of 32 random bytes (`nonce`, base64), valid five minutes and once, for the person acting.

    Expired challenges of the same person are cleared away.

    :raises CertificateRefused: the actor's role holds no keys, or no person is acting
    """
    person = Person.objects.filter(login=actor.login).first()
    reasons = not_allowed(actor, Act.MANAGE_KEYS)
    if person is None:
        raise CertificateRefused([*reasons, UNKNOWN_PERSON])
    refuse_if(CertificateRefused, reasons)
    with transaction.atomic(durable=True):
        now = clock.now()
        Challenge.objects.filter(person=person, expires_at__lte=now).delete()
        nonce = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
        return Challenge.objects.create(person=person, nonce=nonce, opened_at=now, expires_at=now + VALID)
