"""The door of every API operation: one act of the policy, decided before anything is read. No clock, no writes.

An operation says `@access(Act.UPLOAD_BID)`; `lot` in its path names the subject. The act stands on the guarded function
(`view.access`), and `guarded(api)` lists them all for the walk test.
"""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest
from ninja import NinjaAPI

from identity.actor import Actor
from identity.policy import Act, Subject, decide
from lawbook.reasons import Reason, Refused
from sealing.fields import CODE
from tendering import queries
from tendering.bid_queries import own_upload
from tendering.models import Lot
from tendering.refusals import NotFound

_HASH = re.compile(r"[0-9a-f]{64}\Z")
Load = Callable[[HttpRequest, dict[str, Any]], Subject | None]


class Forbidden(Refused):
    """The policy says no, in words."""


class Guarded(NamedTuple):
    """One operation of the API and the act that guards it; `act` None only where a test should complain."""

    method: str
    path: str
    act: Act | None


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks: the active membership, the custodian's agent, or the public."""
    actor: Actor = getattr(request, "agent_actor", None) or request.actor  # type: ignore[attr-defined]
    return actor


def lot_named(code: str) -> Lot:
    """Return the lot of a code out of an address.

    :raises NotFound: no code, or no such lot
    """
    if not CODE.match(code):
        raise NotFound(code[:64])
    return queries.lot_by_code(code)


def digest_named(digest: str) -> str:
    """Return a bid's digest out of an address. :raises NotFound: another form"""
    if not _HASH.match(digest):
        raise NotFound(digest[:64])
    return digest


def lot_subject(request: HttpRequest, kwargs: dict[str, Any]) -> Subject | None:
    """Return the subject that the address names, or nothing for acts that stand alone."""
    return queries.subject(lot_named(kwargs["lot"])) if "lot" in kwargs else None


def upload_subject(request: HttpRequest, kwargs: dict[str, Any]) -> Subject | None:
    """Return the lot of one's own upload. :raises NotFound: another's does not exist"""
    return queries.subject(own_upload(kwargs["upload_id"], actor_of(request)).lot)


def access(act: Act, load: Load = lot_subject) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard an operation by an act; a secret no looks as if there were nothing."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            decision = decide(actor_of(request), act, load(request, kwargs))
            if decision.secret and not decision.allowed:
                raise NotFound(str(kwargs.get("lot", "")))
            if not decision.allowed:
                raise Forbidden(decision.reasons or [Reason("forbidden", "")])
            return view(request, *args, **kwargs)

        guarded_view.access = act  # type: ignore[attr-defined]
        return guarded_view

    return guard


def guarded(api: NinjaAPI) -> Iterator[Guarded]:
    """Yield every operation of the API with its act."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                act = getattr(operation.view_func, "access", None)
                yield from (Guarded(method, f"{prefix}{path}", act) for method in operation.methods)
