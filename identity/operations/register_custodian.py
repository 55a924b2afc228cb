"""Registers a custodian's agent; its bearer token is told once and stored as a hash."""

import hashlib
import re
import secrets
from typing import NamedTuple

from django.db import IntegrityError, transaction

import ledger
from identity.actor import Actor
from identity.models import Certificate, Custodian, Organisation
from identity.operator import runs_servers
from identity.policy import Act
from identity.refusals import (
    OPERATOR_STAYS_OUT,
    UNKNOWN_ORGANISATION,
    RegistrationRefused,
    not_allowed,
    refuse_if,
)
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
BAD_NAME = Reason("name", _("托管方代号由小写字母、数字和连字符组成，以字母开头，最多40个字符。"))
NO_KEY = Reason("no_key", _("该单位没有这一密钥的有效证书。"))
CUSTODIAN_TAKEN = Reason("custodian_taken", _("该代号或该单位已经登记为这一套件的托管方。"))


class RegisteredCustodian(NamedTuple):
    """The row, and the token that nobody can read again."""

    custodian: Custodian
    token: str


def register_custodian(*, name: str, organisation_id: int, kid: str, actor: Actor) -> RegisteredCustodian:
    """Register an organisation as custodian under its certified key; one custodian an organisation and suite.

    :raises RegistrationRefused: not allowed, a bad or taken name, no certificate in force of that organisation, or the
        operator of the servers (EB-23)
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    reasons = not_allowed(actor, Act.MANAGE_CUSTODIANS)
    if not _NAME.fullmatch(name):
        reasons.append(BAD_NAME)
    if organisation is None:
        raise RegistrationRefused([*reasons, UNKNOWN_ORGANISATION])
    if runs_servers(organisation):
        reasons.append(OPERATOR_STAYS_OUT)
    refuse_if(RegistrationRefused, reasons)
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic(durable=True):
            custodian = _registered(name, organisation, kid, token=token, actor=actor)
    except IntegrityError as error:
        raise RegistrationRefused([CUSTODIAN_TAKEN]) from error
    return RegisteredCustodian(custodian, token)


def _registered(name: str, organisation: Organisation, kid: str, *, token: str, actor: Actor) -> Custodian:
    now = clock.now()
    held = Certificate.objects.filter(organisation=organisation, kid=kid, revoked_at=None, not_after__gt=now).first()
    if held is None:
        raise RegistrationRefused([NO_KEY])
    custodian = Custodian.objects.create(
        name=name,
        organisation=organisation,
        suite=held.pub["suite"],
        certificate=held,
        token_hash=hashlib.sha256(token.encode("ascii")).hexdigest(),
        registered_at=now,
    )
    payload = {"name": name, "uscc": organisation.uscc, "kid": kid}
    ledger.append("custodian.registered", at=now, payload=payload, actor=actor)
    return custodian
