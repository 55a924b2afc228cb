"""Published answers for every primitive, asked again at start-up.

Sources: FIPS 180-4, RFC 4231, RFC 5869, NIST GCM case 14, RFC 6979 A.2.5, RFC 9180 A.3, RFC 6962 (the reference tree of
eight leaves), GB/T 32905, GB/T 32907, GB/T 32918.5. Pure.
"""

from collections.abc import Callable

import gmssl_pyx
from Crypto.Protocol import HPKE
from Crypto.PublicKey import ECC
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from suites import merkle, shamir
from suites.gm import Gm1
from suites.intl import Intl1
from suites.protocol import Wrap, WrongKey
from suites.quiet import quiet_stderr
from suites.sm2_key import to_spki
from suites.sm2_point import multiply_base

_hex = bytes.fromhex
_P256_SPKI = _hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

# RFC 9180 A.3: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, first message
_HPKE_PRIVATE = int("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2", 16)
_HPKE_ENC = _hex(
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac"
    "98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
)
_HPKE_CT = _hex("5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434")

_SM2_PRIVATE = _hex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
_SM2_POINT = _hex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_SM2_R = _hex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3")
_SM2_S = _hex("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
_SM2_C1 = (
    _hex("04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73"),
    _hex("e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"),
)
_SM2_C3 = _hex("59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766")
_SM2_C2 = _hex("21886ca989ca9c7d58087307ca93092d651efa")

_TREE = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_TREE_ROOT = _hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")


def _der(*parts: bytes) -> bytes:
    """A SEQUENCE of short members that are given with their tags."""
    body = b"".join(parts)
    return b"\x30" + (bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])) + body


def _integer(value: bytes) -> bytes:
    padded = b"\x00" + value if value[0] & 0x80 else value
    return b"\x02" + bytes([len(padded)]) + padded


def _octets(value: bytes) -> bytes:
    return b"\x04" + bytes([len(value)]) + value


def _sha256() -> bool:
    return Intl1().hash(b"abc") == _hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def _hmac_sha256() -> bool:
    answer = Intl1().hmac(b"Jefe", b"what do ya want for nothing?")
    return answer == _hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")


def _hkdf_sha256() -> bool:
    answer = Intl1().hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), length=42)
    return answer == _hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


def _aes_gcm() -> bool:
    sealed = bytes(Intl1().chunk_cipher(bytes(32), b"").seal(bytes(12), bytes(16)))
    opened = bytes(Intl1().chunk_cipher(bytes(32), b"").open(bytes(12), sealed))
    return sealed == _hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919") and opened == bytes(16)


def _ecdsa() -> bool:
    public = _P256_SPKI + _hex(
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
    signature = _hex(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )
    suite = Intl1()
    return suite.verify(public, b"sample", signature) and not suite.verify(public, b"simple", signature)


def _hpke() -> bool:
    receiver = HPKE.new(
        receiver_key=ECC.construct(curve="P-256", d=_HPKE_PRIVATE),
        aead_id=HPKE.AEAD.AES128_GCM,
        enc=_HPKE_ENC,
        info=b"Ode on a Grecian Urn",
    )
    return bool(receiver.unseal(_HPKE_CT, b"Count-0") == b"Beauty is truth, truth beauty")


def _wrap_is_bound() -> bool:
    """The suite's own call (AES-256) opens in its context and in no other."""
    suite = Intl1()
    pair = suite.generate()
    wrap = suite.wrap(pair.public, b"c" * 32, b"s" * 32)
    try:
        suite.unwrap(pair.private, b"d" * 32, wrap)
    except WrongKey:
        return suite.unwrap(pair.private, b"c" * 32, wrap) == b"s" * 32
    return False


def _shamir() -> bool:
    """f(x) = 0 + x^127 · x in both halves: f(1) = x^127, f(2) = x^128 = x^7 + x^2 + x + 1 = 0x87."""
    one, two = (_hex("80" + "00" * 15) * 2, _hex("00" * 15 + "87") * 2)
    shares = {1: one, 2: two}
    return shamir.combine(shares) == bytes(32) and shamir.value_at(3, shares) == bytes(
        a ^ b for a, b in zip(one, two, strict=True)
    )


def _tree() -> bool:
    suite = Intl1()
    return merkle.root_of(suite, (merkle.leaf_hash(suite, _hex(leaf)) for leaf in _TREE)) == _TREE_ROOT


def _sm3() -> bool:
    return Gm1().hash(b"abc") == _hex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")


def _hmac_sm3() -> bool:
    """HMAC by its definition over SM3, which has its own published answer."""
    suite, key = Gm1(), b"Jefe".ljust(64, b"\x00")
    inner = suite.hash(bytes(b ^ 0x36 for b in key) + b"what do ya want for nothing?")
    outer = suite.hash(bytes(b ^ 0x5C for b in key) + inner)
    return suite.hmac(b"Jefe", b"what do ya want for nothing?") == outer


def _sm4() -> bool:
    block = _hex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305 - one block, the published answer
    return encryptor.update(block) == _hex("681edf34d206965e86b3e94f536e4246")


def _sm2_signature() -> bool:
    signature = _der(_integer(_SM2_R), _integer(_SM2_S))
    public, suite = to_spki(_SM2_POINT), Gm1()
    return suite.verify(public, b"message digest", signature) and not suite.verify(public, b"message", signature)


def _sm2_key() -> bool:
    return multiply_base(int.from_bytes(_SM2_PRIVATE, "big")) == _SM2_POINT


def _sm2_encryption() -> bool:
    """The published ciphertext opens, and with one bit of C2 changed it does not (C3 is compared)."""
    parts = (_integer(_SM2_C1[0]), _integer(_SM2_C1[1]), _octets(_SM2_C3))
    with quiet_stderr():
        if gmssl_pyx.sm2_decrypt(_SM2_PRIVATE, _der(*parts, _octets(_SM2_C2))) != b"encryption standard":
            return False
        altered = bytes([_SM2_C2[0] ^ 1]) + _SM2_C2[1:]
        try:
            gmssl_pyx.sm2_decrypt(_SM2_PRIVATE, _der(*parts, _octets(altered)))
        except gmssl_pyx.GmsslInnerError:
            return True
    return False


def _sm2_wrap() -> bool:
    suite = Gm1()
    wrap: Wrap = suite.wrap(to_spki(_SM2_POINT), b"c" * 32, b"s" * 32)
    return suite.unwrap(_SM2_PRIVATE, b"c" * 32, wrap) == b"s" * 32


ANSWERS: dict[str, Callable[[], bool]] = {
    "SHA-256": _sha256,
    "HMAC-SHA256": _hmac_sha256,
    "HKDF-SHA256": _hkdf_sha256,
    "AES-256-GCM": _aes_gcm,
    "ECDSA P-256": _ecdsa,
    "HPKE P-256": _hpke,
    "HPKE context": _wrap_is_bound,
    "Shamir GF(2^128)": _shamir,
    "RFC 6962 tree": _tree,
    "SM3": _sm3,
    "HMAC-SM3": _hmac_sm3,
    "SM4": _sm4,
    "SM2 key": _sm2_key,
    "SM2 signature": _sm2_signature,
    "SM2 encryption": _sm2_encryption,
    "SM2 context": _sm2_wrap,
}


def failures() -> list[str]:
    """Return the names of the primitives whose answer is wrong; a raised exception is a wrong answer."""
    return [name for name, holds in ANSWERS.items() if not _answers(holds)]


def _answers(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except (ValueError, TypeError, WrongKey, gmssl_pyx.GmsslInnerError):
        return False
