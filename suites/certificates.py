"""Making and reading P-256 certificates: a demonstration CA, leaves for organisations, self-signed leaves.

The subject's serialNumber attribute (2.5.4.5) is the organisation's code (USCC). Certificates are DER bytes; times are
aware UTC. Nothing here reads a clock: validity is told.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from suites.intl import spki_of
from suites.protocol import BadKey

# RFC 5280 4.1.2.5: a certificate without a well-defined end; used by self-signed leaves made without a clock
NO_START = datetime(2000, 1, 1, tzinfo=UTC)
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_MOST_NAME = 64


class BadCertificate(ValueError):
    """Bytes that are not an acceptable certificate."""


@dataclass(frozen=True)
class Facts:
    """What a certificate says: `organisation` is "" where the subject has no serialNumber."""

    organisation: str
    common_name: str
    public: bytes
    not_before: datetime
    not_after: datetime


def make_authority(private: bytes, *, common_name: str, not_before: datetime, not_after: datetime) -> bytes:
    """Return a self-signed CA certificate (path length 1) for a P-256 PKCS#8 key."""
    key = _key(private)
    name = _name(common_name, "")
    builder = _builder(name, name, key.public_key()).not_valid_before(not_before).not_valid_after(not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    return _signed(builder, key)


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
    """Return the DER certificate of an organisation's signing key, signed by the CA (PKCS#8 key, DER certificate).

    :raises BadKey: the public key is not P-256
    :raises BadCertificate: the CA's certificate cannot be read
    """
    authority = load(ca_cert)
    public = serialization.load_der_public_key(public_key_spki)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise BadKey("not a P-256 public key")
    builder = _builder(_name(common_name, organisation_id), authority.subject, public)
    builder = builder.not_valid_before(not_before).not_valid_after(not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    return _signed(builder, _key(ca_key))


def self_signed(private: bytes, *, organisation_id: str, common_name: str) -> bytes:
    """Return a self-signed leaf, for a key that no CA has certified; valid from 2000 to 9999, as no clock is read."""
    key = _key(private)
    name = _name(common_name, organisation_id)
    builder = _builder(name, name, key.public_key()).not_valid_before(NO_START).not_valid_after(NO_END)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    return _signed(builder, key)


def load(der: bytes) -> x509.Certificate:
    """Return the certificate of strict DER bytes.

    :raises BadCertificate: not a certificate, or the bytes are not the ones it re-encodes to
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        again = certificate.public_bytes(serialization.Encoding.DER)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise BadCertificate("not a DER certificate") from error
    if again != der:
        raise BadCertificate("the certificate is not in its canonical form")
    return certificate


def facts_of(der: bytes) -> Facts:
    """Return what a certificate says of its subject.

    :raises BadCertificate: it cannot be read, or its key is not P-256, or a name stands twice
    """
    certificate = load(der)
    try:
        public = certificate.public_key()
        subject = certificate.subject
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadCertificate("the certificate's key or subject cannot be read") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise BadCertificate("the certificate's key is not P-256")
    return Facts(
        organisation=_single(subject, NameOID.SERIAL_NUMBER),
        common_name=_single(subject, NameOID.COMMON_NAME),
        public=spki_of(public),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def from_pem(data: bytes) -> list[bytes]:
    """Return the DER of every certificate in PEM text, or the one DER certificate that the data are.

    :raises BadCertificate: neither
    """
    if b"-----BEGIN" not in data:
        load(data)
        return [data]
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise BadCertificate("not a PEM certificate") from error
    return [certificate.public_bytes(serialization.Encoding.DER) for certificate in found]


def to_pem(der: bytes) -> bytes:
    """Return a certificate as PEM text."""
    return load(der).public_bytes(serialization.Encoding.PEM)


def _single(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    values = [attribute.value for attribute in subject.get_attributes_for_oid(oid)]
    if len(values) > 1:
        raise BadCertificate("a subject attribute stands twice")
    return str(values[0]) if values else ""


def _name(common_name: str, organisation_id: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MOST_NAME])]
    if organisation_id:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, organisation_id))
    return x509.Name(attributes)


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


def _builder(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    return builder.serial_number(x509.random_serial_number())


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _key(private: bytes) -> ec.EllipticCurvePrivateKey:
    return cast(ec.EllipticCurvePrivateKey, serialization.load_der_private_key(private, password=None))
