"""Having an own key certified: the proof that the platform asks for, and taking the certificate it gives. Pure."""

from sealing.canonical import Json
from sealing.keys import OwnKeys, read_public
from suites import Reason, Refused
from suites.base64_text import from_base64, to_base64
from suites.possession import possession_message

_CHALLENGE = 32


def certificate_request(keys: OwnKeys, challenge: str) -> dict[str, Json]:
    """Return the body of `POST /api/v1/certificates` for a challenge (base64 of 32 bytes).

    :raises Refused: `key`: the challenge has another form
    """
    try:
        nonce = from_base64(challenge)
    except ValueError:
        nonce = b""
    if len(nonce) != _CHALLENGE:
        raise Refused([Reason("key", "the challenge is not 32 bytes in base64")])
    public = keys.public
    message = possession_message(
        keys.suite, challenge=nonce, seal_public=public.seal_public, sign_public=public.sign_public
    )
    return {
        "challenge": challenge,
        "suite": keys.suite.name,
        "seal_public": to_base64(public.seal_public),
        "sign_public": to_base64(public.sign_public),
        "attestation": to_base64(public.attestation),
        "proof": to_base64(keys.sign(message)),
    }


def adopt_certificates(keys: OwnKeys, pub: Json) -> OwnKeys:
    """Return the keys with the certificates of a `.pub` that was issued for them.

    :raises Refused: `key`: not a sound `.pub`, or of other keys
    """
    issued = read_public(pub)
    own = keys.public
    if (issued.suite.name, issued.kid, issued.sign_public) != (own.suite.name, own.kid, own.sign_public):
        raise Refused([Reason("key", "the certificate was issued for another key")])
    return keys.with_certificates(issued.certificates)
