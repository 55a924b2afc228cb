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
from identity.operations.record_destruction import record_destruction
from identity.policy import Act
from ledger import clock
from ledger.canonical import instant
from ledger.heads import verifier_key
from suites.base64_text import to_base64
from tendering import bid_queries, custodian_queries
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
    """A heartbeat: `{"head": {"size", "root"}}` is what the agent has seen of the ledger, `report` how it is."""
    body = bodies.json_object(request)
    head, report = body.get("head"), body.get("report")
    told = None
    if isinstance(head, dict):
        told = {"size": bodies.number(head, "size"), "root": bodies.text(head, "root", most=64)}
    words = {name: word for name, word in report.items() if isinstance(word, str)} if isinstance(report, dict) else None
    custodian = greet_custodian(custodian_id=_custodian(request).pk, head=told, report=words)
    return {"custodian": custodian.name, "now": instant(clock.now()), "log_key": verifier_key()}


@router.get("/agent/work")
@access(Act.WORK_AS_CUSTODIAN)
def work(request: HttpRequest) -> dict[str, Any]:
    """Bids whose share is wanted, with their lots' entries, and the signed head that covers those entries."""
    lots = bid_queries.agent_work(_custodian(request))
    crls = [to_base64(der) for der in bid_queries.trust_roots().crls]
    return {"lots": lots, "crls": crls, "checkpoint": ledger.checkpoint()}  # the head last: it holds all that is shown


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


@router.get("/agent/dependents")
@access(Act.WORK_AS_CUSTODIAN)
def dependents(request: HttpRequest) -> dict[str, Any]:
    """The lots that still need this custodian's key: unopened, or within retention."""
    return {"lots": custodian_queries.dependents(_custodian(request), clock.now())}


@router.post("/agent/destructions")
@access(Act.WORK_AS_CUSTODIAN)
def destructions(request: HttpRequest) -> dict[str, Any]:
    """A signed statement that the custodian's key was destroyed."""
    stored = record_destruction(statement=bodies.json_object(request), custodian=_custodian(request))
    return {"kid": stored.kid}


def _custodian(request: HttpRequest) -> Custodian:
    custodian: Custodian = request.auth  # type: ignore[attr-defined]
    return custodian
