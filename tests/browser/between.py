"""Who stands between a page and its server: lies, cuts the line, or lets everything through.

A route stays for as long as its page: now and then, on a machine with other work, taking it away waits for ever
(`Page.unroute`; Chromium does not answer).
"""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route


class Between:
    """Meets every request to the addresses of one pattern; at first it lets them through."""

    def __init__(self, page: Page, addresses: str) -> None:
        self._meets: Callable[[Route], None] = Route.continue_
        page.route(addresses, lambda route: self._meets(route))

    def cuts(self) -> None:
        """From now on no request arrives."""
        self._meets = Route.abort

    def passes(self) -> None:
        """From now on every request and answer passes as it is."""
        self._meets = Route.continue_

    def refuses(self, status: int, check: str) -> None:
        """From now on every request is refused with this status, as the API tells a refusal."""
        self._meets = lambda route: route.fulfill(status=status, json={"refused": [{"check": check, "reason": check}]})

    def lies(self, lie: Callable[[Any], None]) -> list[Any]:
        """From now on `lie` changes every answer, JSON; returned is what is told, which grows."""
        told: list[Any] = []

        def answer(route: Route) -> None:
            honest = route.fetch()
            said = honest.json()
            lie(said)
            told.append(said)
            route.fulfill(response=honest, json=said)

        self._meets = answer
        return told
