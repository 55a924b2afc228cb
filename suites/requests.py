"""Certificate requests (PKCS#10) of both suites: read, and their proof of possession verified. No clock."""

from dataclasses import dataclass

from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from suites.protocol import BadKey
from suites.registry import suite_named
from suites.x509_reading import CURVES
from suites.x509_signing import verifies


class BadRequest(ValueError):
    """Bytes that are not an acceptable certificate request."""


@dataclass(frozen=True)
class Request:
    """Whom a certificate is asked for: suite and key (DER SPKI), serialNumber and common name, "" where absent."""

    suite: str
    public: bytes
    organisation: str
    common_name: str


def read_request(data: bytes) -> Request:
    """Return a request from PEM or DER whose own signature verifies.

    :raises BadRequest: not a request, a key of neither suite, or not signed by that key
    """
    try:
        parsed = x509.load_pem_x509_csr(data) if b"-----BEGIN" in data else x509.load_der_x509_csr(data)
        der = parsed.public_bytes(serialization.Encoding.DER)
        info = asn1_csr.CertificationRequest.load(der)["certification_request_info"]["subject_pk_info"]
        suite = CURVES[info["algorithm"]["parameters"].chosen.dotted]
        public: bytes = info.dump()
        suite_named(suite).check_public(public)
    except (ValueError, TypeError, KeyError, AttributeError, x509.InvalidVersion, BadKey) as error:
        raise BadRequest("not a certificate request for a P-256 or SM2 key") from error
    oid = parsed.signature_algorithm_oid.dotted_string
    if not verifies(suite, public, parsed.tbs_certrequest_bytes, parsed.signature, oid=oid):
        raise BadRequest("the request is not signed by the key it asks for")
    return Request(suite, public, _first(parsed, NameOID.SERIAL_NUMBER), _first(parsed, NameOID.COMMON_NAME))


def _first(parsed: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str:
    return next((str(attribute.value) for attribute in parsed.subject.get_attributes_for_oid(oid)), "")
