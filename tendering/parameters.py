"""The tender's parameters: what the agency has to sign, the hash of the document, and whether a statement is right.

Bids are sealed against the signed statement, so everything in it is compared with the lot before it is published.
No clock: clients judge certificates at the deadline, so they are judged at it here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from identity.models import Certificate, Custodian
from identity.queries import trust_roots
from lawbook.procedures import procedure
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing import canonical
from sealing.keys import check_public_path, read_public
from sealing.parameters import Parameters, verify_parameters
from suites import Refused as SealRefused
from suites.base64_text import to_base64
from suites.certificates import Facts
from tendering import queries
from tendering.models import Lot

WITHOUT_CUSTODIANS = "bidder"

_FIELD_WORDS = {
    "v": _("版本"),
    "tender": _("项目编号"),
    "lot": _("标段编号"),
    "envelopes": _("信封"),
    "suite": _("加密套件"),
    "deadline": _("投标截止时间"),
    "document_hash": _("招标文件哈希"),
    "policy": _("开启方式"),
    "custodians": _("密钥托管方"),
    "threshold": _("开启门限"),
    "amendment": _("修改序号"),
}


def document_content(lot: Lot, *, pending: bool = True) -> dict[str, Any]:
    """Return what `document_hash` is the hash of: documents in force by kind and name, scheme and terms.

    With `pending`, documents waiting for this announcement or amendment count as they will stand afterwards.
    """
    documents = queries.documents_in_force(lot, pending=pending)
    return {
        "documents": [{"kind": d.kind, "name": d.name, "sha256": d.sha256} for d in documents],
        "scheme": lot.scheme,
        "ceiling_yuan": None if lot.ceiling_yuan is None else f"{lot.ceiling_yuan:.2f}",
        "price_kind": lot.price_kind,
        "duration_days": lot.duration_days,
    }


def document_hash(lot: Lot, *, pending: bool = True) -> str:
    """Return the hash that bids are bound to: hex SHA-256 of the canonical JSON of `document_content`.

    :raises NotCanonical: the scheme holds a value without a canonical form
    """
    return hashlib.sha256(canonical.dumps(document_content(lot, pending=pending))).hexdigest()


def expected_parameters(
    lot: Lot, *, deadline_at: datetime, recipients: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the body that has to be signed for this lot's next announcement or amendment.

    `recipients` are the custodians' `.pub` objects in the order of the group, all registered ones when not given;
    under the policy `bidder` there are none. `deadline_at` counts to the second.
    """
    keys = queries.custodian_keys(deadline_at, suite=lot.suite) if recipients is None else recipients
    kids = () if lot.policy == WITHOUT_CUSTODIANS else tuple(str(pub.get("kid", "")) for pub in keys)
    return Parameters(
        tender=lot.project.code,
        lot=lot.code,
        envelopes=procedure(lot.project.procedure).envelopes,
        suite=lot.suite,
        deadline=deadline_at,
        document_hash=document_hash(lot),
        policy=lot.policy,
        custodians=kids,
        threshold=lot.threshold if kids else 0,
        amendment=next_amendment(lot),
    ).body()


def next_amendment(lot: Lot) -> int:
    """Return the sequence of the parameters to be signed next: 0 for the announcement."""
    return 0 if lot.announced_at is None else lot.amendment + 1


def problems(
    lot: Lot, statement: Any, recipients: Sequence[Mapping[str, Any]], *, deadline_at: datetime
) -> list[Reason]:
    """Return every reason why `statement` may not be published for this lot: its signer, its fields, the custodians."""
    if not _well_formed(recipients):
        return [Reason("recipients", _("密钥托管方的公钥文件不能识别。"), "EB-26")]
    roots = trust_roots(now=clock.now())
    try:
        signed, verified = verify_parameters(statement, roots=roots, at=deadline_at)
    except SealRefused as refused:
        return [_seal_reason(check) for check in dict.fromkeys(refused.checks)]
    wanted = expected_parameters(lot, deadline_at=deadline_at, recipients=recipients)
    found = signed.body()
    differing = [name for name in wanted if wanted[name] != found[name]]
    return [
        *_signer_reasons(lot, verified.signer),
        *(Reason("parameters_differ", _("签名的“{field}”与标段不一致。"), "EB-40", _field(name)) for name in differing),
        *_custodian_reasons(lot, recipients, roots, deadline_at),
    ]


def _well_formed(recipients: Any) -> bool:
    """Whether what a browser handed in is a list of `.pub` objects at all; their content is judged later."""
    return isinstance(recipients, Sequence) and all(
        isinstance(pub, Mapping) and isinstance(pub.get("kid"), str) for pub in recipients
    )


def _field(name: str) -> dict[str, str]:
    return {"field": _FIELD_WORDS[name]}


_SEAL_WORDS = {
    "path": _("签名证书不是由受信任的机构签发的。"),
    "revoked": _("签名证书已被吊销。"),
    "crl": _("缺少签发机构的证书吊销列表，请联系交易中心。"),
    "validity": _("签名证书在投标截止时不在有效期内。"),
    "certificates": _("签名证书不能识别。"),
    "statement": _("招标参数的签名不正确，或不是招标参数。"),
}


def _seal_reason(check: str) -> Reason:
    return Reason(check, _SEAL_WORDS.get(check, _("招标参数不规范（{check}）。")), "EB-40", {"check": check})


def _signer_reasons(lot: Lot, found: Facts) -> list[Reason]:
    """The agency signs; where there is none, the purchaser; in the lot's suite. A revoked key signs nothing."""
    project = lot.project
    signer = project.agency or project.purchaser
    reasons = []
    if found.organisation != signer.uscc:
        reasons.append(Reason("signer", _("招标参数应由“{name}”签名。"), "EB-40", {"name": signer.name}))
    held = Certificate.objects.filter(organisation=signer)
    ours = [row for row in held if row.pub["sign_public"] == to_base64(found.public)]
    if not ours or any(row.revoked_at is not None for row in ours):
        reasons.append(Reason("signer_key", _("签名所用的证书未在本平台登记，或已吊销。"), "EB-40"))
    if found.suite != lot.suite:
        reasons.append(
            Reason("signer_suite", _("招标参数应使用 {suite} 套件的密钥签名。"), "EB-40", {"suite": lot.suite})
        )
    return reasons


def _custodian_reasons(
    lot: Lot, recipients: Sequence[Mapping[str, Any]], roots: list[bytes], at: datetime
) -> list[Reason]:
    """The custodians must be registered, of different organisations, not the operator, and enough (design 4.2)."""
    if lot.policy == WITHOUT_CUSTODIANS:
        return [Reason("custodians", _("该开启方式不设密钥托管方。"))] if recipients else []
    standing = Custodian.objects.select_related("organisation", "certificate").filter(
        certificate__isnull=False, certificate__revoked_at__isnull=True
    )
    by_kid = {row.certificate.kid: row for row in standing if row.certificate}
    chosen = [by_kid[pub["kid"]] for pub in recipients if pub.get("kid") in by_kid]
    checks = (
        (
            len(chosen) != len(recipients)
            or any(c.certificate and c.certificate.pub not in recipients for c in chosen),
            Reason("custodian_unknown", _("有密钥托管方未在本平台登记，或其公钥与登记的不同。"), "EB-26"),
        ),
        (
            any(row.suite != lot.suite for row in chosen),
            Reason("custodian_suite", _("有密钥托管方的密钥不是本标段所用套件的。"), "EB-26"),
        ),
        (
            len({row.organisation_id for row in chosen}) != len(chosen),
            Reason("custodian_twice", _("密钥托管方必须属于不同的单位。"), "EB-26"),
        ),
        (
            any(row.organisation.operator for row in chosen),
            Reason("custodian_operator", _("平台运营机构不得托管密钥。"), "EB-23"),
        ),
        (
            not 2 <= lot.threshold <= len(chosen),
            Reason("custodian_threshold", _("密钥托管方少于开启门限，或门限小于 2。"), "EB-31"),
        ),
    )
    reasons = [reason for failed, reason in checks if failed]
    untrusted = any(not _trusted(pub, roots, at) for pub in recipients)
    return [*reasons, Reason("custodian_path", _("有密钥托管方的证书不受信任。"), "EB-26")] if untrusted else reasons


def _trusted(pub: Mapping[str, Any], roots: list[bytes], at: datetime) -> bool:
    try:
        return not check_public_path(read_public(dict(pub)), roots, at)
    except SealRefused:
        return False
