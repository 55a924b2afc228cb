"""Which objects of a PKCS#11 token are halves of P-256 pairs: labels are anybody's choice, the public key is not.

A private key's object does not show its public value. Whether it belongs to a pair is tried: what it derives or signs
must agree with the public key. Secrets are tried with keys and messages that are thrown away.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

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


class Found(NamedTuple):
    """The halves of some pairs in a token, and in words the keys of other labels that nobody can tell from them."""

    halves: list[Any]
    untold: list[str]


def halves_of(session: Any, spkis: Collection[bytes], labels: Collection[str]) -> Found:
    """Return the halves of the pairs with these public keys, whatever their label: a copy may bear any other.

    A key of another label that cannot be tried is somebody else's until a person has looked, and blocks nothing.

    :raises Untold: a key of these labels may be one, and lets nobody find out
    """
    found = Found([], [])
    for key in _curve_candidates(session):
        try:
            if _on_curve(key) and _is_half(key, spkis):
                found.halves.append(key)
        except (Untold, pkcs11.exceptions.PKCS11Error, ValueError):  # the last of a value that is no point
            if label_of(key) in labels:
                raise
            found.untold.append(named(key))
    return found


def _curve_candidates(session: Any) -> Iterator[Any]:
    """Yield every elliptic private and public key, private ones first; each search is over before a key is tried."""
    for half in (PRIVATE, PUBLIC):
        wanted = {pkcs11.Attribute.CLASS: half, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC}
        yield from list(session.get_objects(wanted))


def _is_half(key: Any, spkis: Collection[bytes]) -> bool:
    if key[pkcs11.Attribute.CLASS] is PUBLIC:
        return encode_ec_public_key(key) in spkis
    return _belongs(key, spkis)


def label_of(found: Any) -> str:
    """Return an object's label, empty where it has none."""
    try:
        return str(found[pkcs11.Attribute.LABEL] or "")
    except pkcs11.exceptions.PKCS11Error:
        return ""


def named(found: Any) -> str:
    """Return an object in words."""
    half = "private" if found[pkcs11.Attribute.CLASS] is PRIVATE else "public"
    return f"{half} key {label_of(found)}"


def private_keys(session: Any, label: str) -> list[Any]:
    """Return every private key of a label."""
    return list(session.get_objects({pkcs11.Attribute.CLASS: PRIVATE, pkcs11.Attribute.LABEL: label}))


def private_halves(session: Any, label: str, spki: bytes) -> list[Any]:
    """Return the private keys of a label that belong to a public key. :raises Untold: one may be, and does nothing"""
    return [key for key in private_keys(session, label) if _on_curve(key) and _belongs(key, [spki])]


def public_halves(session: Any, label: str, spki: bytes) -> list[Any]:
    """Return the public keys of a label with this value."""
    found = list(session.get_objects({pkcs11.Attribute.CLASS: PUBLIC, pkcs11.Attribute.LABEL: label}))
    return [key for key in found if _on_curve(key) and encode_ec_public_key(key) == spki]


def _on_curve(key: Any) -> bool:
    if key.key_type is not pkcs11.KeyType.EC:
        return False
    return bool(key[pkcs11.Attribute.EC_PARAMS] == encode_named_curve_parameters("secp256r1"))


def _belongs(key: Any, spkis: Collection[bytes]) -> bool:
    publics = [public_key(spki) for spki in spkis]
    if key[pkcs11.Attribute.DERIVE]:
        return _derives_as(key, publics)
    if key[pkcs11.Attribute.SIGN]:
        return _signs_as(key, publics)
    raise Untold(
        f"a private key {label_of(key)} neither derives nor signs: nobody can tell whose it is; remove it or its name"
    )


def _derives_as(key: Any, publics: list[ec.EllipticCurvePublicKey]) -> bool:
    once = ec.generate_private_key(ec.SECP256R1())
    x = shared_x(key, _octets(once.public_key()))
    return any(x == once.exchange(ec.ECDH(), public) for public in publics)


def _signs_as(key: Any, publics: list[ec.EllipticCurvePublicKey]) -> bool:
    message = TRIAL + secrets.token_bytes(HALF)
    both = signed(key, message)
    der = utils.encode_dss_signature(int.from_bytes(both[:HALF], "big"), int.from_bytes(both[HALF:], "big"))
    return any(_verifies(public, der, message) for public in publics)


def _verifies(public: ec.EllipticCurvePublicKey, der: bytes, message: bytes) -> bool:
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
