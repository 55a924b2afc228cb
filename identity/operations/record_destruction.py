"""A custodian says, signed, that it destroyed its key: its certificate ends, and everybody may read the statement."""

from typing import Any

from django.db import transaction

import ledger
from identity.actors import custodian_actor
from identity.models import Certificate, Custodian, KeyDestruction
from identity.refusals import CertificateRefused
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.keys import read_public
from sealing.releases import verify_destruction
from suites import Refused as SealRefused

BAD_STATEMENT = _("销毁声明不能核验：{why}")
DESTROYED_REASON = "密钥已销毁"


def record_destruction(*, statement: dict[str, Any], custodian: Custodian) -> KeyDestruction:
    """Store the statement and end the key's certificate; the same key again changes nothing.

    What is done is recorded even where lots still need the key: hiding it would help nobody.

    :raises CertificateRefused: not signed by this custodian's key, or it has none
    """
    certificate = custodian.certificate
    if certificate is None:
        raise CertificateRefused([Reason("destruction", BAD_STATEMENT, values={"why": "no certificate"})])
    try:
        told = verify_destruction(statement, holder=read_public(certificate.pub))
    except SealRefused as refused:
        raise CertificateRefused([Reason("destruction", BAD_STATEMENT, values={"why": str(refused)})]) from refused
    with transaction.atomic(durable=True):
        Custodian.objects.select_for_update().get(pk=custodian.pk)
        if known := KeyDestruction.objects.filter(kid=told.kid).first():
            return known
        now = clock.now()
        stored = KeyDestruction.objects.create(
            custodian=custodian,
            kid=told.kid,
            reason=told.reason,
            statement=statement,
            destroyed_at=told.at,
            received_at=now,
        )
        ended = {"revoked_at": now, "revoked_reason": DESTROYED_REASON}
        Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(**ended)
        payload: dict[str, object] = {"name": custodian.name, "uscc": told.organisation, "kid": told.kid}
        payload |= {"reason": told.reason, "statement": statement}
        ledger.append("custodian.key_destroyed", at=now, payload=payload, actor=custodian_actor(custodian))
    return stored
