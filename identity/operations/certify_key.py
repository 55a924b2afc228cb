"""Certifies a person's new key for the organisation it acts for, after proof of possession."""

from datetime import datetime

from django.db import IntegrityError, transaction

import ledger
from identity import demo_ca, possession
from identity.actor import Actor
from identity.models import Certificate, Challenge, Organisation
from identity.policy import Act
from identity.possession import Presented
from identity.refusals import UNKNOWN_ORGANISATION, CertificateRefused, not_allowed, refuse_if
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from suites import NAMES, Suite, kid_of, suite_named

NO_SUITE = Reason("suite", _("没有这个加密套件。"))
NO_AUTHORITY = Reason("authority", _("本平台没有为这一套件签发证书的机构，请改用本平台信任的机构签发的证书。"))
NO_CHALLENGE = Reason("challenge", _("质询不存在、不是发给您的，或者已经用过。"))
CHALLENGE_OLD = Reason("challenge_old", _("质询已超过五分钟，请重新开始。"))
KEY_KNOWN = Reason("key_known", _("这一密钥已有证书，不能重复签发。"))


def certify_key(
    *,
    actor: Actor,
    nonce: str,
    seal_public: str,
    sign_public: str,
    attestation: str,
    proof: str,
    suite: str = "INTL-1",
) -> Certificate:
    """Issue a certificate; its `.pub` file is the result's `pub`. All texts are base64, public keys as DER SPKI.

    `proof` signs the possession message of `suites.possession`, `attestation` that of `identity.possession`, both with
    the key of `sign_public`.

    :raises CertificateRefused: with every reason; the challenge then stays usable until it expires
    """
    if suite not in NAMES:
        raise CertificateRefused([NO_SUITE])
    organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    presented, reasons = possession.decoded(
        nonce=nonce, seal_public=seal_public, sign_public=sign_public, attestation=attestation, proof=proof
    )
    reasons += not_allowed(actor, Act.MANAGE_KEYS)
    if organisation is None:
        reasons.append(UNKNOWN_ORGANISATION)
    elif presented is not None:
        reasons += possession.objections(suite_named(suite), presented, organisation.uscc)
    if organisation is None or presented is None or reasons:
        raise CertificateRefused(reasons)
    try:
        with transaction.atomic(durable=True):
            now = clock.now()
            _take_challenge(actor, nonce, now=now)
            return _issued(suite_named(suite), presented, organisation, actor=actor, now=now)
    except IntegrityError as error:
        raise CertificateRefused([KEY_KNOWN]) from error
    except demo_ca.NotDemonstration as error:
        raise CertificateRefused([NO_AUTHORITY]) from error


def _take_challenge(actor: Actor, nonce: str, *, now: datetime) -> None:
    """Mark the challenge as used: it must be the person's own, fresh and unused."""
    mine = Challenge.objects.filter(person__login=actor.login, nonce=nonce, used_at=None)
    if mine.filter(expires_at__gt=now).update(used_at=now) != 1:
        refuse_if(CertificateRefused, [CHALLENGE_OLD if mine.exists() else NO_CHALLENGE])


def _issued(
    suite: Suite, presented: Presented, organisation: Organisation, *, actor: Actor, now: datetime
) -> Certificate:
    der, start, end = demo_ca.issue(presented.sign_public, organisation, now=now, suite=suite.name)
    pub = possession.pub_of(suite, presented, organisation=organisation.uscc, certificates=[der])
    certificate = Certificate.objects.create(
        organisation=organisation,
        kid=kid_of(suite, presented.seal_public),
        pub=pub,
        not_before=start,
        not_after=end,
        issued_to=actor.login,
        issued_at=now,
    )
    payload = {"kid": pub["kid"], "uscc": organisation.uscc, "suite": suite.name, "not_before": start, "not_after": end}
    ledger.append("certificate.issued", at=now, payload=payload, actor=actor)
    return certificate
