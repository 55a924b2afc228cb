"""Suite INTL-1: SHA-256, HPKE (P-256, HKDF-SHA256, AES-256-GCM), AES-256-GCM chunks, ECDSA P-256 as raw r ‖ s.

Bulk work is done by `cryptography`; HPKE by pycryptodome, which is too slow for chunks.
"""

import hashlib
import hmac

from Crypto.Protocol import HPKE
from Crypto.PublicKey import ECC
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from suites.protocol import BadKey, Buffer, Hasher, KeyPair, Room, Wrap, WrongKey

_CHUNK = 1 << 20
_TAG = 16
_POINT = 65
_SIGNATURE = 64


class GcmChunks:
    """AES-256-GCM over chunks, with a buffer that is reused so that a large bid costs no allocation per chunk."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._room = Room()

    def seal(self, nonce: bytes, plaintext: Buffer) -> Buffer:
        """Return ciphertext ‖ tag in a buffer that the next call overwrites."""
        out = self._room.of(len(plaintext) + _TAG)
        self._aead.encrypt_into(nonce, plaintext, None, out)
        return out

    def open(self, nonce: bytes, sealed: Buffer) -> Buffer:
        """Return the plaintext in a buffer that the next call overwrites.

        :raises WrongKey: the tag does not verify
        """
        if not _TAG <= len(sealed) <= _CHUNK + _TAG:
            raise WrongKey("impossible chunk length")
        out = self._room.of(len(sealed) - _TAG)
        try:
            self._aead.decrypt_into(nonce, sealed, None, out)
        except InvalidTag as error:
            raise WrongKey("the tag does not verify") from error
        return out


class Intl1:
    """The international suite."""

    name = "INTL-1"
    tag_length = _TAG
    chunk_key_length = 32
    enc_length = _POINT
    has_chunk_mac = False

    def hash(self, data: Buffer) -> bytes:
        """Return SHA-256 of the data."""
        return hashlib.sha256(data).digest()

    def hasher(self) -> Hasher:
        """Return a running SHA-256."""
        return hashlib.sha256()

    def hmac(self, key: bytes, data: bytes) -> bytes:
        """Return HMAC-SHA256."""
        return hmac.digest(key, data, "sha256")

    def hkdf(self, key: bytes, salt: bytes, info: bytes, *, length: int = 32) -> bytes:
        """Return HKDF-SHA256 (RFC 5869)."""
        return HKDF(hashes.SHA256(), length, salt, info).derive(key)

    def chunk_cipher(self, key: bytes, mac_key: bytes) -> GcmChunks:
        """Return the chunk cipher; GCM needs no separate MAC key."""
        del mac_key
        return GcmChunks(key)

    def generate(self) -> KeyPair:
        """Make a fresh P-256 key pair."""
        private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return KeyPair(private, self.public_of(private))

    def public_of(self, private: bytes) -> bytes:
        """Return the SPKI of a PKCS#8 private key.

        :raises BadKey: not a P-256 private key
        """
        return spki_of(_private(private).public_key())

    def check_public(self, public: bytes) -> None:
        """Check an SPKI: P-256, named curve, uncompressed, and re-encoding to the same bytes.

        :raises BadKey: it is not
        """
        _public(public)

    def wrap(self, public: bytes, context: bytes, share: bytes) -> Wrap:
        """Encrypt a share by HPKE base mode with `info = context`.

        :raises BadKey: the recipient's key is not of this suite
        """
        self.check_public(public)
        sender = HPKE.new(receiver_key=ECC.import_key(public), aead_id=HPKE.AEAD.AES256_GCM, info=context)
        return Wrap(sender.enc, sender.seal(share))

    def unwrap(self, private: bytes, context: bytes, wrap: Wrap) -> bytes:
        """Decrypt a share.

        :raises WrongKey: not wrapped to this key in this context
        :raises BadKey: not a private key of this suite
        """
        _private(private)
        if not self.accepts_wrap(wrap):
            raise WrongKey("the wrap has an impossible size")
        try:
            receiver = HPKE.new(
                receiver_key=ECC.import_key(private), aead_id=HPKE.AEAD.AES256_GCM, enc=wrap.enc, info=context
            )
            return receiver.unseal(wrap.ct)
        except ValueError as error:
            raise WrongKey("the wrap does not open") from error

    def accepts_wrap(self, wrap: Wrap) -> bool:
        """Whether enc is an uncompressed point's size and ct holds a 32-byte share and a tag."""
        return len(wrap.enc) == _POINT and wrap.enc[0] == 4 and len(wrap.ct) == 32 + _TAG

    def sign(self, private: bytes, message: bytes) -> bytes:
        """Sign the message by ECDSA with SHA-256, as r ‖ s.

        :raises BadKey: not a private key of this suite
        """
        r, s = decode_dss_signature(_private(private).sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether r ‖ s is a signature of the message under this public key."""
        if len(signature) != _SIGNATURE:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            _public(public).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, BadKey):
            return False
        return True


def spki_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the DER SubjectPublicKeyInfo of a public key."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _private(private: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_der_private_key(private, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("not a PKCS#8 private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadKey("not a P-256 private key")
    return key


def _public(public: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_der_public_key(public)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("not a public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadKey("not a P-256 public key")
    if spki_of(key) != public:
        raise BadKey("the public key is not in its canonical form")
    return key
