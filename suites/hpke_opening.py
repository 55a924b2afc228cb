"""Opening an HPKE message whose Diffie-Hellman value was computed elsewhere: a token never shows its private key.

RFC 9180, base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256: from the shared point's x coordinate, `ExtractAndExpand`
(4.1) and the key schedule (5.1), by the HKDF and the AES-GCM of `cryptography`. Pure. Held to the RFC's vectors A.3 at
start-up and to pycryptodome's implementation by a test.
"""

import struct
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from suites.protocol import WrongKey

POINT = 65  # bytes of an uncompressed point
_KEM, _KDF = 0x0010, 0x0001
_KEM_SUITE = b"KEM" + struct.pack(">H", _KEM)
_KEY_LENGTHS = {0x0001: 16, 0x0002: 32}  # AES-128-GCM, AES-256-GCM
_NONCE, _SECRET = 12, 32
_BASE = b"\x00"


class Schedule(NamedTuple):
    """What the key schedule gives: the first message's key and nonce, and the KEM's shared secret."""

    shared_secret: bytes
    key: bytes
    nonce: bytes


def checked_point(enc: bytes) -> bytes:
    """Return `enc` when it is an uncompressed point on P-256; call it before a token is given the point.

    :raises WrongKey: it is not
    """
    try:
        if len(enc) != POINT:
            raise ValueError("not an uncompressed point")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    except ValueError as error:
        raise WrongKey("the wrap's key is no point of the curve") from error
    return enc


def schedule(dh: bytes, *, enc: bytes, recipient: bytes, info: bytes, aead: int = 0x0002) -> Schedule:
    """Return the keys of a message. `dh` is the shared point's x, `recipient` the public point (65 bytes)."""
    prk = _extract(b"", b"eae_prk", dh, _KEM_SUITE)
    shared = _expand(prk, b"shared_secret", enc + recipient, _SECRET, _KEM_SUITE)
    suite = b"HPKE" + struct.pack(">HHH", _KEM, _KDF, aead)
    context = _BASE + _extract(b"", b"psk_id_hash", b"", suite) + _extract(b"", b"info_hash", info, suite)
    secret = _extract(shared, b"secret", b"", suite)
    key = _expand(secret, b"key", context, _KEY_LENGTHS[aead], suite)
    return Schedule(shared, key, _expand(secret, b"base_nonce", context, _NONCE, suite))


def open_first(keys: Schedule, ct: bytes, *, aad: bytes = b"") -> bytes:
    """Return the plaintext of the first message.

    :raises WrongKey: it was not sealed under these keys
    """
    try:
        return AESGCM(keys.key).decrypt(keys.nonce, ct, aad)
    except (InvalidTag, ValueError) as error:
        raise WrongKey("the wrap does not open") from error


def _extract(salt: bytes, label: bytes, ikm: bytes, suite: bytes) -> bytes:
    return HKDF.extract(hashes.SHA256(), salt or None, b"HPKE-v1" + suite + label + ikm)


def _expand(prk: bytes, label: bytes, info: bytes, length: int, suite: bytes) -> bytes:
    labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labelled).derive(prk)
