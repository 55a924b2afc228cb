"""SM2 public keys as DER SubjectPublicKeyInfo (GB/T 35276): the fixed 27-byte prefix, then the uncompressed point.

`cryptography` knows no SM2 curve, so the one form that is accepted is compared byte by byte.
"""

from gmssl_pyx import InvalidValueError, normalize_sm2_public_key

from suites.protocol import BadKey

# SEQUENCE { SEQUENCE { ecPublicKey, sm2p256v1 1.2.156.10197.1.301 } BIT STRING, 0 unused bits, 04 ‖ x ‖ y }
SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


def to_spki(point: bytes) -> bytes:
    """Return the SPKI of a 64-byte point x ‖ y."""
    return SPKI_PREFIX + point


def to_point(spki: bytes) -> bytes:
    """Return the 64-byte point of an SPKI.

    :raises BadKey: another form, or a point that is not on the curve
    """
    if len(spki) != len(SPKI_PREFIX) + 64 or not spki.startswith(SPKI_PREFIX):
        raise BadKey("not an SM2 public key")
    try:
        return bytes(normalize_sm2_public_key(spki[len(SPKI_PREFIX) :]))
    except InvalidValueError as error:
        raise BadKey("the point is not on the SM2 curve") from error
