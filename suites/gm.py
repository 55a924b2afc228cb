"""Suite GM-1: SM3, SM4-CTR with HMAC-SM3, SM2 encryption (C1C3C2, DER) and signature (user id 1234567812345678).

SM3 and SM4 come from `cryptography`, SM2 from `gmssl_pyx`. SM2 ciphertexts hold at most 255 bytes of plaintext.
"""

import hashlib
import hmac
from collections.abc import Callable

import gmssl_pyx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from suites.protocol import BadKey, Buffer, Hasher, KeyPair, Room, Wrap, WrongKey
from suites.quiet import quiet_stderr
from suites.sm2_key import to_point, to_spki

_CHUNK = 1 << 20
_TAG = 32
_BLOCK = 16
_CONTEXT = 32
_SHARE = 32
_PRIVATE = 32
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SHORTEST_CT, _LONGEST_CT = 45, 366


class _Sm3:
    """A running SM3 of `cryptography` with the interface of hashlib."""

    def __init__(self) -> None:
        self._running = hashes.Hash(hashes.SM3())

    def update(self, data: Buffer, /) -> None:
        self._running.update(data)

    def digest(self) -> bytes:
        return self._running.copy().finalize()


def _sm3() -> Callable[[], Hasher]:
    """Return what makes a running SM3: hashlib's where its OpenSSL has it (a tenth faster), else `cryptography`'s."""
    try:
        fresh = hashlib.new("sm3")
    except ValueError:
        return _Sm3
    return fresh.copy


_new_sm3 = _sm3()


class CtrHmacChunks:
    """SM4-CTR, then HMAC-SM3 over nonce ‖ SM3(ciphertext); the tag is compared before anything is decrypted."""

    def __init__(self, suite: "Gm1", key: bytes, mac_key: bytes) -> None:
        self._suite, self._key, self._mac_key = suite, key, mac_key
        self._room = Room()

    def seal(self, nonce: bytes, plaintext: Buffer) -> Buffer:
        """Return ciphertext ‖ tag in a buffer that the next call overwrites."""
        size = len(plaintext)
        out = self._room.of(size + _BLOCK + _TAG)  # OpenSSL wants room for one block more
        self._cipher(nonce).encryptor().update_into(plaintext, out[: size + _BLOCK])
        out[size : size + _TAG] = self._tag(nonce, out[:size])
        return out[: size + _TAG]

    def open(self, nonce: bytes, sealed: Buffer) -> Buffer:
        """Return the plaintext in a buffer that the next call overwrites.

        :raises WrongKey: the tag does not verify
        """
        size = len(sealed) - _TAG
        body = memoryview(sealed)
        if not 0 <= size <= _CHUNK or not hmac.compare_digest(self._tag(nonce, body[:size]), body[size:]):
            raise WrongKey("the tag does not verify")
        out = self._room.of(size + _BLOCK)
        self._cipher(nonce).decryptor().update_into(body[:size], out[: size + _BLOCK])
        return out[:size]

    def _cipher(self, nonce: bytes) -> Cipher[modes.CTR]:
        return Cipher(algorithms.SM4(self._key), modes.CTR(nonce + bytes(4)))

    def _tag(self, nonce: bytes, ciphertext: Buffer) -> bytes:
        return self._suite.hmac(self._mac_key, nonce + self._suite.hash(ciphertext))


class Gm1:
    """The suite of the national standards."""

    name = "GM-1"
    tag_length = _TAG
    chunk_key_length = 16
    enc_length = 0
    has_chunk_mac = True

    def hash(self, data: Buffer) -> bytes:
        """Return SM3 of the data (GB/T 32905)."""
        running = _new_sm3()
        running.update(data)
        return running.digest()

    def hasher(self) -> Hasher:
        """Return a running SM3."""
        return _new_sm3()

    def hmac(self, key: bytes, data: bytes) -> bytes:
        """Return HMAC-SM3."""
        running = HMAC(key, hashes.SM3())
        running.update(data)
        return running.finalize()

    def hkdf(self, key: bytes, salt: bytes, info: bytes, *, length: int = 32) -> bytes:
        """Return HKDF with SM3."""
        return HKDF(hashes.SM3(), length, salt, info).derive(key)

    def chunk_cipher(self, key: bytes, mac_key: bytes) -> CtrHmacChunks:
        """Return the chunk cipher."""
        return CtrHmacChunks(self, key, mac_key)

    def generate(self) -> KeyPair:
        """Make a fresh SM2 key pair."""
        with quiet_stderr():
            point, private = gmssl_pyx.sm2_key_generate()
        return KeyPair(private, to_spki(point))

    def public_of(self, private: bytes) -> bytes:
        """Return the SPKI of a 32-byte private key.

        :raises BadKey: not a private key of this suite
        """
        from suites.sm2_point import multiply_base  # slow arithmetic, needed once when a key file is loaded

        scalar = int.from_bytes(private, "big")
        if len(private) != _PRIVATE or not 1 <= scalar < _ORDER - 1:
            raise BadKey("not an SM2 private key")
        return to_spki(multiply_base(scalar))

    def check_public(self, public: bytes) -> None:
        """Check an SPKI.

        :raises BadKey: another form, or not on the curve
        """
        to_point(public)

    def wrap(self, public: bytes, context: bytes, share: bytes) -> Wrap:
        """Encrypt context ‖ share by SM2; the context inside is what binds the share to its bid.

        :raises BadKey: the recipient's key is not of this suite
        """
        with quiet_stderr():
            return Wrap(b"", gmssl_pyx.sm2_encrypt(to_point(public), context + share))

    def unwrap(self, private: bytes, context: bytes, wrap: Wrap) -> bytes:
        """Decrypt a share; the context is compared before the share is used.

        :raises WrongKey: not wrapped to this key in this context
        """
        if not self.accepts_wrap(wrap):
            raise WrongKey("the wrap has an impossible size")
        try:
            with quiet_stderr():
                plaintext = gmssl_pyx.sm2_decrypt(private, wrap.ct)
        except gmssl_pyx.GmsslInnerError as error:
            raise WrongKey("the wrap does not open") from error
        if len(plaintext) != _CONTEXT + _SHARE or not hmac.compare_digest(plaintext[:_CONTEXT], context):
            raise WrongKey("the wrap belongs to another context")
        return bytes(plaintext[_CONTEXT:])

    def accepts_wrap(self, wrap: Wrap) -> bool:
        """Whether enc is empty and ct has a size that SM2 can give."""
        return wrap.enc == b"" and _SHORTEST_CT <= len(wrap.ct) <= _LONGEST_CT

    def sign(self, private: bytes, message: bytes) -> bytes:
        """Sign by SM2 with SM3 and the default user id, as DER.

        :raises BadKey: not a private key of this suite
        """
        point = to_point(self.public_of(private))
        with quiet_stderr():
            return bytes(gmssl_pyx.sm2_sign(private, point, message))

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether this is an SM2 signature of the message."""
        try:
            with quiet_stderr():
                return bool(gmssl_pyx.sm2_verify(to_point(public), message, signature))
        except (gmssl_pyx.GmsslInnerError, BadKey):
            return False
