"""Proof that someone who asks for a certificate holds the signing key: a signed challenge over both public keys."""

from suites.protocol import Suite

_LABEL = b"gongheng/possession/v1"


def possession_message(suite: Suite, *, challenge: bytes, seal_public: bytes, sign_public: bytes) -> bytes:
    """Return the message that proves possession, `H(label ‖ challenge ‖ seal_public ‖ sign_public)`."""
    return suite.hash(_LABEL + challenge + seal_public + sign_public)


def proves_possession(
    suite: Suite, signature: bytes, *, challenge: bytes, seal_public: bytes, sign_public: bytes
) -> bool:
    """Whether the signature proves that the holder of `sign_public` asks for exactly these two keys."""
    message = possession_message(suite, challenge=challenge, seal_public=seal_public, sign_public=sign_public)
    return suite.verify(sign_public, message, signature)
