"""Admits a `.pub` that an organisation handed over in person: certifies it, or takes the certificate it came with."""

from datetime import datetime

from django.db import IntegrityError, transaction

import ledger
from identity import demo_ca, queries
from identity.actor import Actor
from identity.models import Certificate, Organisation
from identity.operations.certify_key import KEY_KNOWN, NO_AUTHORITY
from identity.policy import Act
from identity.refusals import UNKNOWN_ORGANISATION, CertificateRefused, not_allowed
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.keys import PublicKeys, check_public_path, read_public
from suites import Refused as SealRefused
from suites.certificates import facts_of, load

NOT_A_PUB = _("这不是有效的公钥文件（.pub）：{why}")
NOT_TRUSTED = _("公钥文件中的证书不能通过验证：{why}")


def admit_key(*, pub: object, actor: Actor) -> Certificate:
    """Register the key of a `.pub` object and return its row, whose `pub` holds the certificate.

    A self-signed certificate is replaced by one of the installation's own CA; any other must lead to a trusted root
    (`manage.py ca trust`). The attestation in the file proves that its holder has the signing key.

    :raises CertificateRefused: not allowed, not a sound `.pub`, unknown organisation, untrusted, known already
    """
    keys = _read(pub)
    organisation = Organisation.objects.filter(uscc=keys.organisation).first()
    reasons = not_allowed(actor, Act.MANAGE_CUSTODIANS)
    if organisation is None or reasons:
        raise CertificateRefused([*reasons, *([] if organisation else [UNKNOWN_ORGANISATION])])
    try:
        with transaction.atomic(durable=True):
            now = clock.now()
            return _admitted(_certified(keys, organisation, now), organisation, actor=actor, now=now)
    except IntegrityError as error:
        raise CertificateRefused([KEY_KNOWN]) from error


def _read(pub: object) -> PublicKeys:
    try:
        return read_public(pub)
    except SealRefused as refused:
        why = "; ".join(reason.reason for reason in refused.reasons)
        raise CertificateRefused([Reason("pub", NOT_A_PUB, values={"why": why})]) from refused


def _certified(keys: PublicKeys, organisation: Organisation, now: datetime) -> PublicKeys:
    leaf = load(keys.certificates[0])
    if leaf.issuer == leaf.subject:
        try:
            der, _start, _end = demo_ca.issue(keys.sign_public, organisation, now=now, suite=keys.suite.name)
        except demo_ca.NotDemonstration as error:
            raise CertificateRefused([NO_AUTHORITY]) from error
        return keys.with_certificates((der,))
    if problems := check_public_path(keys, queries.trust_roots(now=now), now):
        why = "; ".join(reason.reason for reason in problems)
        raise CertificateRefused([Reason("path", NOT_TRUSTED, values={"why": why})])
    return keys


def _admitted(keys: PublicKeys, organisation: Organisation, *, actor: Actor, now: datetime) -> Certificate:
    facts = facts_of(keys.certificates[0])
    certificate = Certificate.objects.create(
        organisation=organisation,
        kid=keys.kid,
        pub=keys.body(),
        not_before=facts.not_before,
        not_after=facts.not_after,
        issued_to=actor.login,
        issued_at=now,
    )
    payload = {
        "kid": keys.kid,
        "uscc": organisation.uscc,
        "suite": keys.suite.name,
        "not_before": facts.not_before,
        "not_after": facts.not_after,
    }
    ledger.append("certificate.issued", at=now, payload=payload, actor=actor)
    return certificate
