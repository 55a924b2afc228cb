"""Puts `request.actor` on every request: the signed-in person in one active membership, or the public."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from identity import queries
from identity.actor import Actor, public
from identity.actors import actor_for
from identity.models import Membership, Person

SESSION_KEY = "membership"
Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class NotYourMembership(ValueError):
    """The membership is another person's, or has ended."""


class ActiveRole:
    """Sets `request.actor`, an `identity.actor.Actor`, looked up when first read."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes the request; without any membership in force a signed-in person is the public.

    So is one whose password somebody else has set and knows, until it is changed.
    """
    address = address_of(request.META)
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not person.is_active or person.password_is_initial:
        return public(address)
    return actor_in_session(person, request.session.get(SESSION_KEY), address)


def must_change_password(request: HttpRequest) -> bool:
    """Whether the signed-in person has not changed yet the password that somebody else has set."""
    person = getattr(request, "user", None)
    return isinstance(person, Person) and person.password_is_initial


def actor_in_session(person: Person, chosen: int | None, address: str) -> Actor:
    """Return the actor of the chosen membership, or of the first in force where the choice is not the person's.

    Also for websockets: `chosen` is `session.get(SESSION_KEY)`.
    """
    memberships = queries.memberships(person)
    membership = next((row for row in memberships if row.pk == chosen), memberships[0] if memberships else None)
    return actor_for(membership, address) if membership else public(address)


def switch_membership(request: HttpRequest, membership_id: int) -> Membership:
    """Make one of the person's memberships the active one of this session.

    :raises NotYourMembership: it is another's or has ended
    """
    rows = queries.memberships(request.user) if isinstance(request.user, Person) else []
    for membership in rows:
        if membership.pk == membership_id:
            request.session[SESSION_KEY] = membership.pk
            return membership
    raise NotYourMembership(membership_id)


def address_of(meta: dict[str, Any]) -> str:
    """Return the network address of a request's `META`, or of a websocket scope put in that form.

    X-Forwarded-For is believed only from proxies in TRUSTED_PROXIES (addresses or networks), from right to left: the
    first address that is not a trusted proxy is the client. "" where there is none.
    """
    trusted = [ipaddress.ip_network(text, strict=False) for text in getattr(settings, "TRUSTED_PROXIES", ())]
    hops = [*str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(","), str(meta.get("REMOTE_ADDR", ""))]
    client = ""
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            break
        client = str(address)
        if not _within(address, trusted):
            break
    return client


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def _within(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network],
) -> bool:
    return any(address.version == network.version and address in network for network in networks)
