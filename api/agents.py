"""The door of custodians' agents: bearer token, heartbeat, work with all that an agent must verify, signed answers."""

import hashlib
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.security import HttpBearer

import ledger
from api import bodies
from api.access import access
from identity.actors import custodian_actor
from identity.middleware import address_of
from identity.models import Custodian
from identity.operations.greet_custodian import greet_custodian
from identity.policy import Act
from ledger import clock
from ledger.canonical import instant
from ledger.heads import verifier_key
from tendering import bid_queries
from tendering.operations.record_custodian_refusal import record_custodian_refusal
from tendering.operations.record_custodian_release import record_custodian_release


class AgentToken(HttpBearer):
    """Finds the custodian of a bearer token by the token's hash."""

    def authenticate(self, request: HttpRequest, token: str) -> Custodian | None:
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = Custodian.objects.select_related("organisation", "certificate").filter(token_hash=digest).first()
        if found is not None:
            request.agent_actor = custodian_actor(found, address_of(request.META))  # type: ignore[attr-defined]
        return found


router = Router(tags=["agents"], auth=AgentToken())


@router.post("/agent/hello")
@access(Act.WORK_AS_CUSTODIAN)
def hello(request: HttpRequest) -> dict[str, Any]:
    """A heartbeat: `{"head": {"size", "root"}}` is what the agent has seen of the ledger."""
    head = bodies.json_object(request).get("head")
    told = None
    if isinstance(head, dict):
        told = {"size": bodies.number(head, "size"), "root": bodies.text(head, "root", most=64)}
    custodian = greet_custodian(custodian_id=_custodian(request).pk, head=told)
    return {"custodian": custodian.name, "now": instant(clock.now()), "log_key": verifier_key()}


@router.get("/agent/work")
@access(Act.WORK_AS_CUSTODIAN)
def work(request: HttpRequest) -> dict[str, Any]:
    """Bids whose share is wanted, with their lots' entries, and the signed head that covers those entries."""
    lots = bid_queries.agent_work(_custodian(request))
    return {"lots": lots, "checkpoint": ledger.checkpoint()}  # the head last: it holds every entry shown


@router.post("/agent/releases")
@access(Act.WORK_AS_CUSTODIAN)
def releases(request: HttpRequest) -> dict[str, Any]:
    """A signed release of one share."""
    stored = record_custodian_release(statement=bodies.json_object(request), custodian=_custodian(request))
    return {"bid_digest": stored.bid.bid_digest, "matches": stored.matches}


@router.post("/agent/refusals")
@access(Act.WORK_AS_CUSTODIAN)
def refusals(request: HttpRequest) -> dict[str, Any]:
    """A signed refusal."""
    stored = record_custodian_refusal(statement=bodies.json_object(request), custodian=_custodian(request))
    return {"bid_digest": stored.bid.bid_digest}


def _custodian(request: HttpRequest) -> Custodian:
    custodian: Custodian = request.auth  # type: ignore[attr-defined]
    return custodian
