"""Every address of the installation with the act that guards it: pages, API operations, websockets."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from identity.policy import Act

# Addresses that are Django's own and decide nothing: each with the reason why no act guards it.
UNGUARDED = {"set_language": "Django's own; it only sets a cookie of the reader's"}
_API_PLACE = re.compile(r"{(?:\w+:)?(\w+)}")
_PAGE_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One address: `route` with `{places}`, its name, its act, and for the API its method."""

    route: str
    name: str
    act: Act | None
    method: str = ""
    view: Callable[..., Any] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.route))

    @property
    def api(self) -> bool:
        return bool(self.method)

    def at(self, **places: Any) -> str:
        return self.route.format(**places)


def pages() -> list[Address]:
    """Return every page, by namespace and name; the API's own machinery is walked apart."""
    return list(_below(get_resolver().url_patterns, "/", ""))


def _below(patterns: Any, prefix: str, namespace: str) -> Iterator[Address]:
    for entry in patterns:
        assert isinstance(entry.pattern, RoutePattern), f"{entry.pattern}: the walk reads no regular expressions"
        route = prefix + _PAGE_PLACE.sub(r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            if entry.namespace == "api":
                continue
            inside = f"{entry.namespace}:" if entry.namespace else namespace
            yield from _below(entry.url_patterns, route, inside)
        else:
            assert isinstance(entry, URLPattern)
            act = getattr(entry.callback, "access", None)
            yield Address(route, f"{namespace}{entry.name or route}", act, view=entry.callback)


def operations() -> list[Address]:
    """Return every operation of the API."""
    from api.access import guarded
    from api.v1 import api

    found = guarded(api)
    return [
        Address("/api/v1" + _API_PLACE.sub(r"{\1}", one.path), f"{one.method} {one.path}", one.act, one.method)
        for one in found
    ]


def websockets() -> list[str]:
    """Return the routes of every websocket."""
    from opening_hall.routing import websocket_urlpatterns

    return [str(entry.pattern) for entry in websocket_urlpatterns]
