"""Keys for the cast: fresh pairs, and certificates issued by the demonstration CA through the real operations."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from identity.actor import SYSTEM
from identity.models import Certificate, Custodian
from identity.operations import certify_key, open_challenge, register_custodian
from identity.possession import attestation_message
from suites import KeyPair, Suite, suite_named
from suites.possession import possession_message
from tests.cast import Cast, Player

SUITE = suite_named("INTL-1")


@dataclass(frozen=True)
class Held:
    """What a player keeps on its own machine, and the certificate it was given."""

    seal: KeyPair
    sign: KeyPair
    certificate: Certificate


def text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def request_for(uscc: str, nonce: str, *, seal: KeyPair, sign: KeyPair, suite: Suite = SUITE) -> dict[str, str]:
    """Return the arguments of `certify_key` that an honest client makes."""
    challenge = base64.b64decode(nonce)
    proof = possession_message(suite, challenge=challenge, seal_public=seal.public, sign_public=sign.public)
    return {
        "nonce": nonce,
        "seal_public": text(seal.public),
        "sign_public": text(sign.public),
        "attestation": text(suite.sign(sign.private, attestation_message(suite, uscc, seal.public))),
        "proof": text(suite.sign(sign.private, proof)),
    }


def certified(player: Player, *, suite: Suite = SUITE) -> Held:
    """Return fresh keys of a player, certified (player's role must be allowed to hold keys)."""
    seal, sign = suite.generate(), suite.generate()
    nonce = open_challenge(actor=player.actor).nonce
    request = request_for(player.organisation.uscc, nonce, seal=seal, sign=sign, suite=suite)
    return Held(seal, sign, certify_key(actor=player.actor, suite=suite.name, **request))


def make_custodians(cast: Cast, *, suite: Suite = SUITE) -> dict[str, tuple[Custodian, Held, str]]:
    """Return name → (custodian, keys, token) for centre, purchaser and regulator, as in the demonstration."""
    made = {}
    for name in ("centre", "purchaser", "regulator"):
        player: Player = getattr(cast, name)
        held = certified(player, suite=suite)
        custodian, token = register_custodian(
            name=name, organisation_id=player.organisation.pk, kid=held.certificate.kid, actor=SYSTEM
        )
        made[name] = (custodian, held, token)
    return made
