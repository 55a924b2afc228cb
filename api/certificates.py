"""Certificates over HTTP: a challenge, and the proof that answers it."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from api import bodies
from api.access import access, actor_of
from identity.operations.certify_key import certify_key
from identity.operations.open_challenge import open_challenge
from identity.policy import Act

router = Router(tags=["certificates"])


@router.get("/certificates/challenge")
@access(Act.MANAGE_KEYS)
def challenge(request: HttpRequest) -> dict[str, str]:
    """A fresh challenge (base64 of 32 bytes), valid once and for five minutes."""
    opened = open_challenge(actor=actor_of(request))
    return {"challenge": opened.nonce, "organisation": actor_of(request).uscc}


@router.post("/certificates")
@access(Act.MANAGE_KEYS)
def certify(request: HttpRequest) -> dict[str, Any]:
    """Certify a key: `{"challenge", "seal_public", "sign_public", "attestation", "proof"}` → the `.pub`."""
    body = bodies.json_object(request)
    names = ("seal_public", "sign_public", "attestation", "proof")
    texts = {name: bodies.text(body, name) for name in names}
    suite = bodies.text(body, "suite", most=20, optional=True) or "INTL-1"
    certificate = certify_key(actor=actor_of(request), nonce=bodies.text(body, "challenge"), suite=suite, **texts)
    pub: dict[str, Any] = certificate.pub
    return pub
