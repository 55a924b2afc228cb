"""Revokes a certificate: by its own organisation, or by who manages the custodians."""

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.models import Certificate
from identity.policy import Act, decide
from identity.refusals import CertificateRefused, refuse_if
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

NO_CERTIFICATE = Reason("no_certificate", _("没有这张证书，或者已经吊销。"))
NOT_YOUR_CERTIFICATE = Reason("not_your_certificate", _("只能吊销本单位的证书。"))
REASON_EMPTY = Reason("reason_empty", _("必须写明理由。"))


def revoke_certificate(*, kid: str, reason: str, actor: Actor) -> Certificate:
    """Revoke the certificate of a key from now on.

    :raises CertificateRefused: no such certificate in force, another organisation's, or no reason given
    """
    certificate = Certificate.objects.select_related("organisation").filter(kid=kid, revoked_at=None).first()
    if certificate is None:
        raise CertificateRefused([NO_CERTIFICATE])
    own = decide(actor, Act.MANAGE_KEYS).allowed and certificate.organisation_id == actor.organisation_id
    reasons = [] if own or decide(actor, Act.MANAGE_CUSTODIANS).allowed else [NOT_YOUR_CERTIFICATE]
    refuse_if(CertificateRefused, reasons if reason.strip() else [*reasons, REASON_EMPTY])
    with transaction.atomic(durable=True):
        now = clock.now()
        end = {"revoked_at": now, "revoked_reason": reason.strip()[:200]}
        if Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(**end) != 1:
            raise CertificateRefused([NO_CERTIFICATE])
        payload = {"kid": kid, "uscc": certificate.organisation.uscc, "reason": end["revoked_reason"]}
        ledger.append("certificate.revoked", at=now, payload=payload, actor=actor)
    certificate.refresh_from_db()
    return certificate
