"""Keys made and certified in the name of somebody whose machine this installation stands for."""

from identity.actor import Actor
from identity.operations.certify_key import certify_key
from identity.operations.open_challenge import open_challenge
from sealing.keys import OwnKeys, key_message, make_keys
from suites.base64_text import from_base64, to_base64
from suites.possession import possession_message


def certified_keys(actor: Actor, *, suite: str = "INTL-1") -> OwnKeys:
    """Make both key pairs for the actor's organisation, prove possession, and return them with their certificate."""
    keys = make_keys(suite, actor.uscc)
    public = keys.public
    challenge = open_challenge(actor=actor)
    proof = possession_message(
        keys.suite,
        challenge=from_base64(challenge.nonce),
        seal_public=public.seal_public,
        sign_public=public.sign_public,
    )
    certificate = certify_key(
        actor=actor,
        nonce=challenge.nonce,
        seal_public=to_base64(public.seal_public),
        sign_public=to_base64(public.sign_public),
        attestation=to_base64(keys.sign(key_message(keys.suite, actor.uscc, public.seal_public))),
        proof=to_base64(keys.sign(proof)),
    )
    return keys.with_certificates(tuple(from_base64(der) for der in certificate.pub["certificates"]))
