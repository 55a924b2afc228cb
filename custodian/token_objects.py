"""Which objects of a PKCS#11 token are the halves of a P-256 pair: labels are anybody's choice, the public key is not.

A private key's object does not show its public value. Whether it belongs to a pair is tried: what it derives or signs
must agree with the public key. Secrets are tried with keys and messages that are thrown away.
"""

import hashlib
import secrets
from typing import Any

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

TRIAL = b"gongheng/custodian/whose-key/"
HALF = 32  # bytes of r, of s and of a coordinate
PUBLIC, PRIVATE = pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.ObjectClass.PRIVATE_KEY


class Untold(Exception):
    """A key lets nobody find out whether it belongs to the pair."""


def of_pair(session: Any, label: str, spki: bytes) -> list[Any]:
    """Return the objects of this label that are halves of the pair with this public key. :raises Untold: one may be"""
    return [*private_halves(session, label, spki), *public_halves(session, label, spki)]


def named(found: Any, label: str) -> str:
    """Return an object in words."""
    half = "private" if found[pkcs11.Attribute.CLASS] is PRIVATE else "public"
    return f"{half} key {label}"


def private_keys(session: Any, label: str) -> list[Any]:
    """Return every private key of a label."""
    return list(session.get_objects({pkcs11.Attribute.CLASS: PRIVATE, pkcs11.Attribute.LABEL: label}))


def private_halves(session: Any, label: str, spki: bytes) -> list[Any]:
    """Return the private keys of a label that belong to a public key. :raises Untold: one may be, and does nothing"""
    return [key for key in private_keys(session, label) if _on_curve(key) and _belongs(key, label, spki)]


def public_halves(session: Any, label: str, spki: bytes) -> list[Any]:
    """Return the public keys of a label with this value."""
    found = list(session.get_objects({pkcs11.Attribute.CLASS: PUBLIC, pkcs11.Attribute.LABEL: label}))
    return [key for key in found if _on_curve(key) and encode_ec_public_key(key) == spki]


def _on_curve(key: Any) -> bool:
    if key.key_type is not pkcs11.KeyType.EC:
        return False
    return bool(key[pkcs11.Attribute.EC_PARAMS] == encode_named_curve_parameters("secp256r1"))


def _belongs(key: Any, label: str, spki: bytes) -> bool:
    public = public_key(spki)
    if key[pkcs11.Attribute.DERIVE]:
        return _derives_as(key, public)
    if key[pkcs11.Attribute.SIGN]:
        return _signs_as(key, public)
    raise Untold(f"a private key {label} neither derives nor signs: nobody can tell whose it is; remove it or its name")


def _derives_as(key: Any, public: ec.EllipticCurvePublicKey) -> bool:
    once = ec.generate_private_key(ec.SECP256R1())
    return shared_x(key, _octets(once.public_key())) == once.exchange(ec.ECDH(), public)


def _signs_as(key: Any, public: ec.EllipticCurvePublicKey) -> bool:
    message = TRIAL + secrets.token_bytes(HALF)
    both = signed(key, message)
    der = utils.encode_dss_signature(int.from_bytes(both[:HALF], "big"), int.from_bytes(both[HALF:], "big"))
    try:
        public.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def signed(key: Any, message: bytes) -> bytes:
    """Return r ‖ s of a private key over a message."""
    return bytes(key.sign(hashlib.sha256(message).digest(), mechanism=pkcs11.Mechanism.ECDSA))


def shared_x(key: Any, point: bytes) -> bytes:
    """The shared point's x coordinate. It is a value of one message, so the token may hand it out; the key stays."""
    derived = key.derive_key(
        pkcs11.KeyType.GENERIC_SECRET,
        256,
        mechanism_param=(pkcs11.KDF.NULL, None, point),
        store=False,
        template={pkcs11.Attribute.SENSITIVE: False, pkcs11.Attribute.EXTRACTABLE: True},
    )
    return bytes(derived[pkcs11.Attribute.VALUE])


def public_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key of an SPKI; that it is one of the curve was checked when the `.pub` was read."""
    key = load_der_public_key(spki)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def point_of(spki: bytes) -> bytes:
    """Return a public key as an uncompressed point."""
    return _octets(public_key(spki))


def _octets(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
