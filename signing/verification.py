"""Reading the signatures of a PDF: who, when, over what, and every reason why one does not hold. Never raises.

The signature and the changes after it are judged by pyHanko, the timestamp by `timestamps`. Revocation is not asked
anywhere: a verdict is about the certificate's path at the instant of the signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

import timestamps
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from signing.aside import aside

MOST_BYTES = 256 << 20
MOST_SIGNATURES = 50
MESSAGES: dict[str, str] = {
    "too_large": _("文件超过{limit}字节，未予验证。"),
    "unreadable": _("文件不是可读的PDF：{detail}"),
    "no_signature": _("文件没有电子签名。"),
    "no_roots": _("没有给出可信的根证书，无法验证签名。"),
    "not_intact": _("签名之后文件内容被改动。"),
    "not_valid": _("签名值不成立。"),
    "not_trusted": _("签名证书不能由所信任的根证书证明，或在签名时不在有效期内。"),
    "not_whole": _("签名没有覆盖整个文件。"),
    "changed_after": _("签名之后文件又被增加了内容。"),
    "signature_unreadable": _("签名无法读取：{detail}"),
}


@dataclass(frozen=True)
class Finding:
    """One signature. `timestamp` is proven, `claimed` only said by the signer; both aware UTC. `problems` tells all."""

    field: str
    signer: str = ""
    organisation: str = ""  # serialNumber of the certificate's subject: USCC
    reason: str = ""
    location: str = ""
    claimed: datetime | None = None
    timestamp: datetime | None = None
    timestamp_by: str = ""
    intact: bool = False
    trusted: bool = False
    whole_file: bool = False
    changes_after: bool = True
    problems: tuple[Reason, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it. Without a timestamp it may hold still: then `timestamp` is None."""
        return not self.problems


@dataclass(frozen=True)
class Report:
    """Every signature of a file, in order, and what is wrong with the file as a whole."""

    signatures: tuple[Finding, ...] = ()
    problems: tuple[Reason, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether the file bears signatures and every one holds."""
        return not self.problems and bool(self.signatures) and all(found.holds for found in self.signatures)


def verify_pdf(pdf: bytes, *, roots: Sequence[bytes], at: datetime | None = None) -> Report:
    """Return what the signatures of a PDF are worth. Any bytes are survived.

    :param roots: trusted certificates, each DER or PEM, for signers and timestamp authorities alike
    :param at: the instant at which certificates are judged where there is no timestamp (default: the claimed one)
    """
    if len(pdf) > MOST_BYTES:
        return Report(problems=(_reason("too_large", limit=MOST_BYTES),))
    try:
        trusted = [der for root in roots for der in _ders(root)]
        embedded = list(PdfFileReader(BytesIO(pdf)).embedded_regular_signatures)[:MOST_SIGNATURES]
    except Exception as error:  # noqa: BLE001  hostile bytes make the reader fail in every way there is
        return Report(problems=(_reason("unreadable", detail=_told(error)),))
    if not trusted:
        return Report(problems=(_reason("no_roots"),))
    if not embedded:
        return Report(problems=(_reason("no_signature"),))
    last = len(embedded) - 1
    return Report(tuple(_judged(one, trusted, at, last=number == last) for number, one in enumerate(embedded)))


def _judged(embedded: EmbeddedPdfSignature, roots: list[bytes], at: datetime | None, *, last: bool) -> Finding:
    name = str(getattr(embedded, "field_name", "") or "")
    try:
        return _finding(name, embedded, roots, at, last=last)
    except Exception as error:  # noqa: BLE001  as above: a signature's parts are read late
        return Finding(name, problems=(_reason("signature_unreadable", detail=_told(error)),))


def _finding(
    name: str, embedded: EmbeddedPdfSignature, roots: list[bytes], at: datetime | None, *, last: bool
) -> Finding:
    claimed = embedded.self_reported_timestamp
    stamped, by, wrong = _timestamp(embedded, roots)
    moment = stamped or at or claimed
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(der) for der in roots],
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=moment,
    )
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status = aside(validate_pdf_signature, embedded, context, context, key_usage_settings=usage)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    # a further signature of ours may stand on top of an earlier one: that is no change of what it says
    lawful = {ModificationLevel.NONE} if last else {ModificationLevel.NONE, ModificationLevel.FORM_FILLING}
    changed = status.modification_level not in lawful
    checks = (
        (not status.intact, "not_intact"),
        (status.intact and not status.valid, "not_valid"),
        (status.intact and status.valid and not status.trusted, "not_trusted"),
        (last and not whole, "not_whole"),
        (changed, "changed_after"),
    )
    subject = embedded.signer_cert.subject.native
    return Finding(
        name,
        signer=str(subject.get("common_name", "")),
        organisation=str(subject.get("serial_number", "")),
        reason=_entry(embedded, "/Reason"),
        location=_entry(embedded, "/Location"),
        claimed=claimed.astimezone(UTC) if claimed else None,
        timestamp=stamped,
        timestamp_by=by,
        intact=bool(status.intact),
        trusted=bool(status.trusted),
        whole_file=whole,
        changes_after=changed,
        problems=(*wrong, *(_reason(code) for failed, code in checks if failed)),
    )


def _timestamp(embedded: EmbeddedPdfSignature, roots: list[bytes]) -> tuple[datetime | None, str, tuple[Reason, ...]]:
    """Return the proven instant, the authority's name, and why the timestamp does not hold; nothing for B-B."""
    rows = embedded.signer_info["unsigned_attrs"]
    tokens = [row["values"][0] for row in rows if row["type"].native == "signature_time_stamp_token"] if rows else []
    if not tokens:
        return None, "", ()
    try:
        instant = timestamps.verify(tokens[0].dump(), embedded.signer_info["signature"].native, roots=roots)
    except Refused as refusal:
        return None, "", tuple(refusal.reasons)
    return instant, _authority(tokens[0]), ()


def _authority(token: cms.ContentInfo) -> str:
    certificates = [row.chosen for row in token["content"]["certificates"]]
    names = [certificate.subject.native.get("common_name", "") for certificate in certificates if not certificate.ca]
    return str(names[0]) if names else ""


def _entry(embedded: EmbeddedPdfSignature, name: str) -> str:
    return str(embedded.sig_object.get(name, "") or "")[:200]


def _ders(root: bytes) -> list[bytes]:
    found = x509.load_pem_x509_certificates(root) if b"-----BEGIN" in root else [x509.load_der_x509_certificate(root)]
    return [certificate.public_bytes(Encoding.DER) for certificate in found]


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:160]


def _reason(code: str, **values: object) -> Reason:
    return Reason(code, MESSAGES[code], values={name: str(value) for name, value in values.items()})
