"""The door of witnesses: bearer token, a cosignature over a signed head."""

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.security import HttpBearer

from api import bodies
from api.access import access
from identity.actors import witness_actor
from identity.middleware import address_of
from identity.policy import Act
from ledger import clock
from ledger.canonical import instant
from ledger.models import Witness
from ledger.witnessing import take_cosignature, witness_of

MOST_LINE = 400


class WitnessToken(HttpBearer):
    """Finds the witness of a bearer token by the token's hash."""

    def authenticate(self, request: HttpRequest, token: str) -> Witness | None:
        found = witness_of(token)
        if found is not None:
            request.agent_actor = witness_actor(found, address_of(request.META))  # type: ignore[attr-defined]
        return found


router = Router(tags=["witnesses"], auth=WitnessToken())


@router.post("/witness/cosignatures")
@access(Act.COSIGN_LOG)
def cosignatures(request: HttpRequest) -> dict[str, Any]:
    """A signature line over the checkpoint of `size` entries: `{"size", "line"}`."""
    body = bodies.json_object(request)
    size, line = bodies.number(body, "size"), bodies.text(body, "line", most=MOST_LINE)
    witness: Witness = request.auth  # type: ignore[attr-defined]
    kept = take_cosignature(witness_id=witness.pk, size=size, line=line, now=clock.now())
    return {"witness": witness.name, "size": kept.checkpoint_id, "at": instant(kept.at)}
