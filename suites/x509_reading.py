"""Reading certificates of both suites: strict DER, the subject's organisation, the public key. No clock.

`cryptography` parses; as it has no SM2 curve, an SM2 key is taken from its SubjectPublicKeyInfo as it stands and judged
by the suite.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from suites.protocol import BadKey
from suites.registry import NAMES, suite_named

# what `cryptography` raises for bytes that are no certificate or list; the last is no ValueError
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
CURVES: Mapping[str, str] = {"1.2.840.10045.3.1.7": "INTL-1", "1.2.156.10197.1.301": "GM-1"}


class BadCertificate(ValueError):
    """Bytes that are not an acceptable certificate."""


@dataclass(frozen=True)
class Facts:
    """What a certificate says: `organisation` is "" where the subject has no serialNumber; `public` is DER SPKI."""

    organisation: str
    common_name: str
    public: bytes
    not_before: datetime
    not_after: datetime
    suite: str
    serial: int


def load(der: bytes) -> x509.Certificate:
    """Return the certificate of strict DER bytes.

    :raises BadCertificate: not a certificate, or the bytes are not the ones it re-encodes to
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        again = certificate.public_bytes(serialization.Encoding.DER)
    except UNREADABLE as error:
        raise BadCertificate("not a DER certificate") from error
    if again != der or not ends_with(der, certificate.signature):
        raise BadCertificate("the certificate is not in its canonical form")
    return certificate


def ends_with(der: bytes, signature: bytes) -> bool:
    """Whether a signature, which stands last, is a bit string of whole octets: one whose last bit is 0 has two forms.

    The octet before it counts its unused bits; no signature covers that octet.
    """
    return der.endswith(b"\x00" + signature)


@lru_cache(maxsize=256)  # the same few certificates are asked for again and again, and the answer never changes
def facts_of(der: bytes) -> Facts:
    """Return what a certificate says of its subject.

    :raises BadCertificate: it cannot be read, its key is of neither suite, or a name stands twice
    """
    certificate = load(der)
    suite, public = key_of(certificate)
    try:
        subject, _ = certificate.subject, certificate.issuer  # both are parsed only when they are asked for
        span = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except (ValueError, TypeError) as error:
        raise BadCertificate("the certificate's names or times cannot be read") from error
    return Facts(
        organisation=_single(subject, NameOID.SERIAL_NUMBER),
        common_name=_single(subject, NameOID.COMMON_NAME),
        public=public,
        not_before=span[0],
        not_after=span[1],
        suite=suite,
        serial=certificate.serial_number,
    )


def key_of(certificate: x509.Certificate) -> tuple[str, bytes]:
    """Return the suite of a certificate's key and the key as DER SPKI.

    :raises BadCertificate: a key of neither suite, or not in its canonical form
    """
    try:
        info = asn1.TbsCertificate.load(certificate.tbs_certificate_bytes, strict=True)["subject_public_key_info"]
        public: bytes = info.dump()
        kind, curve = info["algorithm"]["algorithm"].native, info["algorithm"]["parameters"].chosen.dotted
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadCertificate("the certificate's key cannot be read") from error
    if kind != "ec" or curve not in CURVES:
        raise BadCertificate("the certificate's key is neither P-256 nor SM2")
    try:
        suite_named(CURVES[curve]).check_public(public)
    except BadKey as error:
        raise BadCertificate(f"the certificate's key: {error}") from error
    return CURVES[curve], public


def from_pem(data: bytes) -> list[bytes]:
    """Return the DER of every certificate in PEM text, or the one DER certificate that the data are.

    :raises BadCertificate: neither, or one is not in its canonical form
    """
    if b"-----BEGIN" not in data:
        load(data)
        return [data]
    try:
        found = x509.load_pem_x509_certificates(data)
        ders = [certificate.public_bytes(serialization.Encoding.DER) for certificate in found]
    except UNREADABLE as error:
        raise BadCertificate("not a PEM certificate") from error
    for der in ders:
        load(der)
    return ders


def to_pem(der: bytes) -> bytes:
    """Return a certificate as PEM text."""
    return load(der).public_bytes(serialization.Encoding.PEM)


def _single(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    values = [attribute.value for attribute in subject.get_attributes_for_oid(oid)]
    if len(values) > 1:
        raise BadCertificate("a subject attribute stands twice")
    return str(values[0]) if values else ""


assert set(CURVES.values()) == set(NAMES)
