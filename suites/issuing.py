"""Making certificates and revocation lists of both suites (RFC 5280, GM/T 0015): authorities, leaves, CRLs.

The subject's serialNumber attribute (2.5.4.5) is the organisation's code (USCC). Certificates are DER bytes; times are
aware UTC, to the second. Nothing here reads a clock: validity is told. One encoder (`asn1crypto`) serves both suites,
as `cryptography` can sign with P-256 only.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from asn1crypto.core import OctetBitString, ParsableOctetString
from cryptography import x509
from cryptography.x509.oid import NameOID

from suites.protocol import BadKey
from suites.registry import suite_named
from suites.x509_reading import BadCertificate, facts_of, load
from suites.x509_signing import sign_der, signature_oid

# RFC 5280 4.1.2.5: a certificate without a well-defined end; used by self-signed leaves made without a clock
NO_START = datetime(2000, 1, 1, tzinfo=UTC)
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_MOST_NAME = 64
_GENERALIZED_FROM = 2050  # RFC 5280 4.1.2.5: UTCTime through 2049
_IDENTIFIER = 20  # bytes of the key identifiers, RFC 5280 4.2.1.2


class RevokedCertificate(NamedTuple):
    """One entry of a list: serial number, since when, and the reason as RFC 5280 5.3.1 names it."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


class _Subject(NamedTuple):
    """Whom a certificate is for: its name, its key (DER SPKI), whether it may certify others."""

    name: x509.Name
    public: bytes
    authority: bool


def make_authority(
    private: bytes, *, common_name: str, not_before: datetime, not_after: datetime, suite_name: str = "INTL-1"
) -> bytes:
    """Return a self-signed CA certificate (path length 1) for a private key of the suite.

    :raises BadKey: not a private key of the suite
    """
    name = _name(common_name, "")
    subject = _Subject(name, suite_named(suite_name).public_of(private), authority=True)
    return _certificate(subject, name, (not_before, not_after), signer=(suite_name, private, subject.public))


def issue_certificate(
    ca_key: bytes,
    ca_cert: bytes,
    *,
    public_key_spki: bytes,
    organisation_id: str,
    common_name: str,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """Return the DER certificate of an organisation's signing key, signed by the CA (key in its suite's encoding).

    :raises BadKey: the public key is not of the CA's suite
    :raises BadCertificate: the CA's certificate cannot be read
    """
    authority = facts_of(ca_cert)
    suite_named(authority.suite).check_public(public_key_spki)
    subject = _Subject(_name(common_name, organisation_id), public_key_spki, authority=False)
    signer = (authority.suite, ca_key, authority.public)
    return _certificate(subject, load(ca_cert).subject, (not_before, not_after), signer=signer)


def self_signed(private: bytes, *, organisation_id: str, common_name: str, suite_name: str = "INTL-1") -> bytes:
    """Return a self-signed leaf, for a key that no CA has certified; valid from 2000 to 9999, as no clock is read."""
    name = _name(common_name, organisation_id)
    subject = _Subject(name, suite_named(suite_name).public_of(private), authority=False)
    return _certificate(subject, name, (NO_START, NO_END), signer=(suite_name, private, subject.public))


def make_crl(
    ca_key: bytes,
    ca_cert: bytes,
    revoked: Iterable[RevokedCertificate],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return the DER of a complete revocation list (version 2) of a CA; `number` grows with every list it issues.

    :raises BadKey: the key is not of the certificate's suite
    :raises BadCertificate: the CA's certificate cannot be read
    """
    authority = facts_of(ca_cert)
    if suite_named(authority.suite).public_of(ca_key) != authority.public:
        raise BadKey("the key is not that of the authority")
    body: dict[str, Any] = {
        "version": "v2",
        "signature": {"algorithm": signature_oid(authority.suite)},
        "issuer": _asn1_name(load(ca_cert).subject),
        "this_update": _time(this_update),
        "next_update": _time(next_update),
        "crl_extensions": [_authority_identifier(authority.suite, authority.public), _crl_number(number)],
    }
    rows = [_revoked_row(entry) for entry in sorted(revoked, key=lambda entry: entry.serial)]
    if rows:  # RFC 5280 5.1.2.6: absent where nothing is revoked
        body["revoked_certificates"] = rows
    listed = asn1_crl.TbsCertList(body)
    return bytes(
        asn1_crl.CertificateList(
            {
                "tbs_cert_list": listed,
                "signature_algorithm": {"algorithm": signature_oid(authority.suite)},
                "signature": OctetBitString(sign_der(authority.suite, ca_key, listed.dump())),
            }
        ).dump()
    )


def _certificate(
    subject: _Subject, issuer: x509.Name, validity: tuple[datetime, datetime], *, signer: tuple[str, bytes, bytes]
) -> bytes:
    """`signer` is suite, private key, public key of whoever signs."""
    suite_name, private, signer_public = signer
    algorithm = {"algorithm": signature_oid(suite_name)}
    body = asn1.TbsCertificate(
        {
            "version": "v3",
            "serial_number": x509.random_serial_number(),
            "signature": algorithm,
            "issuer": _asn1_name(issuer),
            "validity": {"not_before": _time(validity[0]), "not_after": _time(validity[1])},
            "subject": _asn1_name(subject.name),
            "subject_public_key_info": asn1_keys.PublicKeyInfo.load(subject.public),
            "extensions": _extensions(subject, suite_name, signer_public),
        }
    )
    der = bytes(
        asn1.Certificate(
            {
                "tbs_certificate": body,
                "signature_algorithm": algorithm,
                "signature_value": OctetBitString(sign_der(suite_name, private, body.dump())),
            }
        ).dump()
    )
    load(der)
    return der


def _extensions(subject: _Subject, suite_name: str, signer_public: bytes) -> list[dict[str, Any]]:
    length = 1 if subject.authority else None
    own = x509.SubjectKeyIdentifier(_identifier(suite_name, subject.public))
    return [
        _extension(x509.BasicConstraints(ca=subject.authority, path_length=length), critical=True),
        _extension(_usage(authority=subject.authority), critical=True),
        _extension(own),
        _authority_identifier(suite_name, signer_public),
    ]


def _authority_identifier(suite_name: str, public: bytes) -> dict[str, Any]:
    return _extension(x509.AuthorityKeyIdentifier(_identifier(suite_name, public), None, None))


def _crl_number(number: int) -> dict[str, Any]:
    return _extension(x509.CRLNumber(number))


def _identifier(suite_name: str, public: bytes) -> bytes:
    return suite_named(suite_name).hash(public)[:_IDENTIFIER]


def _extension(value: x509.ExtensionType, *, critical: bool = False) -> dict[str, Any]:
    return {
        "extn_id": value.oid.dotted_string,
        "critical": critical,
        "extn_value": ParsableOctetString(value.public_bytes()),
    }


def _revoked_row(entry: RevokedCertificate) -> dict[str, Any]:
    row: dict[str, Any] = {"user_certificate": entry.serial, "revocation_date": _time(entry.at)}
    if entry.reason is not x509.ReasonFlags.unspecified:  # RFC 5280 5.3.1: then the extension is left out
        row["crl_entry_extensions"] = [_extension(x509.CRLReason(entry.reason))]
    return row


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str, organisation_id: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MOST_NAME])]
    if organisation_id:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, organisation_id))
    return x509.Name(attributes)


def _asn1_name(name: x509.Name) -> asn1.Name:
    return asn1.Name.load(name.public_bytes())


def _time(at: datetime) -> dict[str, datetime]:
    moved = at.astimezone(UTC).replace(microsecond=0)
    return {("utc_time" if moved.year < _GENERALIZED_FROM else "general_time"): moved}


__all__ = [
    "NO_END",
    "NO_START",
    "BadCertificate",
    "RevokedCertificate",
    "issue_certificate",
    "make_authority",
    "make_crl",
    "self_signed",
]
