"""The shape of an algorithm suite: everything the sealed bid needs from cryptography, in bytes.

Keys travel as bytes: private keys in the suite's own encoding, public keys as DER SubjectPublicKeyInfo. Pure but for
randomness; no network, no clock.
"""

from typing import NamedTuple, Protocol

Buffer = bytes | bytearray | memoryview


class KeyPair(NamedTuple):
    """A key pair: `private` in the suite's encoding (INTL-1: PKCS#8, GM-1: 32 bytes), `public` as DER SPKI."""

    private: bytes
    public: bytes


class Wrap(NamedTuple):
    """An encrypted share: `enc` the encapsulated key (empty under GM-1), `ct` the ciphertext."""

    enc: bytes
    ct: bytes


class Room:
    """Bytes to work in, used again by the next call and made larger only when one asks for more."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def of(self, size: int) -> memoryview:
        """Return so many bytes, whose contents are whatever was left in them."""
        if len(self._bytes) < size:
            self._bytes = bytearray(size)
        return memoryview(self._bytes)[:size]


class Hasher(Protocol):
    """A running hash."""

    def update(self, data: Buffer, /) -> None: ...

    def digest(self) -> bytes: ...


class ChunkCipher(Protocol):
    """Seals and opens the chunks of one bid under its derived keys."""

    def seal(self, nonce: bytes, plaintext: Buffer) -> Buffer:
        """Return ciphertext ‖ tag. The buffer is reused by the next call."""

    def open(self, nonce: bytes, sealed: Buffer) -> Buffer:
        """Return the plaintext. The buffer is reused by the next call.

        :raises WrongKey: the tag does not verify
        """


class WrongKey(Exception):
    """A ciphertext does not belong to this key and context, or was altered."""


class BadKey(ValueError):
    """Bytes that are not a key of this suite."""


class Suite(Protocol):
    """One set of algorithms, fixed for a tender by its signed parameters."""

    name: str
    tag_length: int
    chunk_key_length: int
    enc_length: int
    has_chunk_mac: bool

    def hash(self, data: Buffer) -> bytes: ...

    def hasher(self) -> Hasher: ...

    def hmac(self, key: bytes, data: bytes) -> bytes: ...

    def hkdf(self, key: bytes, salt: bytes, info: bytes, *, length: int = 32) -> bytes: ...

    def chunk_cipher(self, key: bytes, mac_key: bytes) -> ChunkCipher: ...

    def generate(self) -> KeyPair: ...

    def public_of(self, private: bytes) -> bytes:
        """Return the DER SPKI of a private key. :raises BadKey: not a private key of this suite"""

    def check_public(self, public: bytes) -> None:
        """:raises BadKey: not the canonical DER SPKI of a point on this suite's curve"""

    def wrap(self, public: bytes, context: bytes, share: bytes) -> Wrap: ...

    def unwrap(self, private: bytes, context: bytes, wrap: Wrap) -> bytes:
        """Return the share. :raises WrongKey: not wrapped to this key in this context"""

    def accepts_wrap(self, wrap: Wrap) -> bool:
        """Whether sizes and encoding are possible, without any key."""

    def sign(self, private: bytes, message: bytes) -> bytes: ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool: ...
