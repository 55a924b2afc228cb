"""HPKE opened from a Diffie-Hellman value that a token computed: the RFC's vectors, and the other implementation."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from suites import WrongKey, suite_named
from suites.hpke_opening import checked_point, open_first, schedule

SUITE = suite_named("INTL-1")
# RFC 9180 A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode
RECIPIENT = ec.derive_private_key(0xF3CE7FDAE57E1A310D87F1EBBDE6F328BE0A99CDBCADF4D6589CF29DE4B8FFD2, ec.SECP256R1())
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
ENC = bytes.fromhex(
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac"
    "98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
)
SHARED = "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8"
KEY, NONCE = "868c066ef58aae6dc589b6cfdd18f97e", "4e0bc5018beba4bf004cca59"
PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
AAD = bytes.fromhex("436f756e742d30")
CT = bytes.fromhex("5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434")


def point(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def shared_x(key, enc):
    return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc))


def test_the_vectors_of_the_rfc():
    keys = schedule(shared_x(RECIPIENT, ENC), enc=ENC, recipient=point(RECIPIENT), info=INFO, aead=1)
    assert (keys.shared_secret.hex(), keys.key.hex(), keys.nonce.hex()) == (SHARED, KEY, NONCE)
    assert open_first(keys, CT, aad=AAD) == PLAIN


def test_what_the_suite_wraps_opens_and_only_in_its_context():
    pair = SUITE.generate()
    own = load_der_private_key(pair.private, None)
    wrap = SUITE.wrap(pair.public, b"c" * 32, b"s" * 32)
    dh = shared_x(own, wrap.enc)
    keys = schedule(dh, enc=wrap.enc, recipient=point(own), info=b"c" * 32)
    assert open_first(keys, wrap.ct) == b"s" * 32 == SUITE.unwrap(pair.private, b"c" * 32, wrap)
    for wrong in (
        schedule(dh, enc=wrap.enc, recipient=point(own), info=b"d" * 32),
        schedule(bytes(32), enc=wrap.enc, recipient=point(own), info=b"c" * 32),
    ):
        with pytest.raises(WrongKey):
            open_first(wrong, wrap.ct)


@pytest.mark.parametrize("enc", [b"", b"\x04" + bytes(64), ENC[:-1], b"\x02" + ENC[1:33], ENC[:-1] + b"\x00"])
def test_a_point_off_the_curve_is_never_handed_to_a_token(enc):
    with pytest.raises(WrongKey):
        checked_point(enc)


def test_a_point_on_the_curve_is():
    assert checked_point(ENC) == ENC
