"""Signatures inside certificates and revocation lists (X.509), for both suites: ECDSA with SHA-256, SM2 with SM3.

In X.509 both are DER; the suites sign ECDSA as raw r ‖ s (design 4.4), so that is translated here.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from suites.registry import suite_named

SM2_WITH_SM3 = "1.2.156.10197.1.501"
_ECDSA_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "1.2.840.10045.4.3.2": hashes.SHA256(),
    "1.2.840.10045.4.3.3": hashes.SHA384(),
    "1.2.840.10045.4.3.4": hashes.SHA512(),
}


class _Scheme(NamedTuple):
    """How a suite signs in X.509: the algorithm's OID, and (private or public key, message, …)."""

    oid: str
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes, str], bool]


def signature_oid(suite_name: str) -> str:
    """Return the OID of the algorithm that a suite's authority signs with."""
    return _SCHEMES[suite_name].oid


def sign_der(suite_name: str, private: bytes, message: bytes) -> bytes:
    """Return the DER signature of a to-be-signed structure; `private` in the suite's own encoding.

    :raises BadKey: not a private key of the suite
    """
    return _SCHEMES[suite_name].sign(private, message)


def verifies(suite_name: str, public: bytes, message: bytes, signature: bytes, *, oid: str) -> bool:
    """Whether a DER signature by the algorithm `oid` verifies under a key (DER SPKI) of the suite."""
    return _SCHEMES[suite_name].verify(public, message, signature, oid)


def _sign_ecdsa(private: bytes, message: bytes) -> bytes:
    raw = suite_named("INTL-1").sign(private, message)
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def _verify_ecdsa(public: bytes, message: bytes, signature: bytes, oid: str) -> bool:
    digest, key = _ECDSA_HASHES.get(oid), serialization.load_der_public_key(public)
    if digest is None or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, message, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def _sign_sm2(private: bytes, message: bytes) -> bytes:
    return suite_named("GM-1").sign(private, message)


def _verify_sm2(public: bytes, message: bytes, signature: bytes, oid: str) -> bool:
    return oid == SM2_WITH_SM3 and suite_named("GM-1").verify(public, message, signature)


_SCHEMES: Mapping[str, _Scheme] = {
    "INTL-1": _Scheme("1.2.840.10045.4.3.2", _sign_ecdsa, _verify_ecdsa),
    "GM-1": _Scheme(SM2_WITH_SM3, _sign_sm2, _verify_sm2),
}
