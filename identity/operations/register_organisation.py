"""Registers an organisation under its unified social credit code."""

from django.db import IntegrityError, transaction

import ledger
from identity.actor import Actor
from identity.models import Organisation
from identity.policy import Act
from identity.refusals import NAME_EMPTY, RegistrationRefused, not_allowed, refuse_if
from identity.uscc import WRONG_USCC, normal_uscc
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

USCC_TAKEN = Reason("uscc_taken", _("该统一社会信用代码已经登记。"), "EB-24")


def register_organisation(
    *, uscc: str, name: str, actor: Actor, short_name: str = "", operator: bool = False
) -> Organisation:
    """Register an organisation; the code is checked by GB 32100 and stored without blanks, in capitals.

    :raises RegistrationRefused: not allowed, no name, a wrong code, or one already registered
    """
    reasons = not_allowed(actor, Act.REGISTER_PEOPLE)
    if not name.strip():
        reasons.append(NAME_EMPTY)
    try:
        code = normal_uscc(uscc)
    except ValueError:
        reasons.append(Reason("uscc", WRONG_USCC, "EB-24"))
    refuse_if(RegistrationRefused, reasons)
    try:
        with transaction.atomic(durable=True):
            now = clock.now()
            organisation = Organisation.objects.create(
                uscc=code, name=name.strip(), short_name=short_name.strip(), operator=operator, registered_at=now
            )
            payload = {"uscc": code, "name": organisation.name, "operator": operator}
            ledger.append("organisation.registered", at=now, payload=payload, actor=actor)
    except IntegrityError as error:
        raise RegistrationRefused([USCC_TAKEN]) from error
    return organisation
