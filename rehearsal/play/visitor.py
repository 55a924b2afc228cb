"""A person at a browser: signs in, reads pages, fills in their forms, calls the API with the session."""

import re
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from rehearsal.foundation import Account
from rehearsal.play.pages import Form, Page, read_page

TIMEOUT = httpx.Timeout(30.0)
FIRST_ERROR = 400
ATTEMPTS = 8  # a web process that was killed is back within seconds; every act here may be sent again
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 4.0
_TAGS = re.compile(r"<[^>]+>")


class Refused(Exception):
    """The platform said no; `reasons` as a person reads them."""

    def __init__(self, who: str, where: str, status: int, reasons: list[str]) -> None:
        super().__init__(f"{who} at {where}: {status} {'; '.join(reasons) or 'without a reason'}")
        self.status, self.reasons = status, reasons


class Visitor:
    """One person's browser; `account` None is the public. Close it when done."""

    def __init__(self, address: str, account: Account | None = None) -> None:
        self.name = account.login if account else "public"
        self._account = account
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT, follow_redirects=True, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def sign_in(self) -> Self:
        """Sign in through the form. :raises Refused: wrong password, or too many attempts"""
        assert self._account is not None
        page = self.read("/sign-in/")
        form = page.form(having="username")
        back = self.send(form, page, username=self._account.login, password=self._account.password)
        if urlsplit(back.url).path == "/sign-in/":
            raise Refused(self.name, "/sign-in/", FIRST_ERROR, list(back.reasons))
        return self

    def read(self, path: str) -> Page:
        """Return a page. :raises Refused: it is not for this person"""
        return self._page(self._ask("GET", path))

    def send(self, form: Form, page: Page, **values: str) -> Page:
        """Send a form and return the page that follows. :raises Refused: with every reason given"""
        return self._page(self._ask("POST", _address(form, page), data=form.filled(values)))

    def attach(self, form: Form, page: Page, file: tuple[str, str, bytes], **values: str) -> Page:
        """Send a form with a PDF: `file` is field, name, content. :raises Refused: as `send`"""
        field, name, content = file
        files = {field: (name, content, "application/pdf")}
        return self._page(self._ask("POST", _address(form, page), data=form.filled(values), files=files))

    def fill_in(self, path: str, ending: str = "", *, having: str = "", **values: str) -> Page:
        """Read a page, send one of its forms and return what follows."""
        page = self.read(path)
        return self.send(page.form(ending, having=having), page, **values)

    def ask_what_to_sign(self, path: str, **values: str) -> dict[str, Any]:
        """Send the announcement's form as the signing script does, for the body to be signed."""
        page = self.read(path)
        answer = self._ask(
            "POST", path, data=page.form(having="deadline_at").filled(values), headers={"X-Requested-With": "sign"}
        )
        if "json" not in answer.headers.get("Content-Type", ""):
            self._page(answer)
            raise Refused(self.name, path, answer.status_code, [])
        found: dict[str, Any] = answer.json()
        return found

    def call(self, method: str, path: str, *, body: bytes = b"", json: Any = None, leaf: str = "") -> httpx.Response:
        """Call the API. :raises Refused: with every reason"""
        headers = {"X-CSRFToken": self._http.cookies.get("csrftoken") or "", "X-Leaf": leaf}
        answer = self._ask(method, path, content=body or None, json=json, headers=headers)
        if answer.status_code >= FIRST_ERROR:
            raise Refused(self.name, path, answer.status_code, _api_reasons(answer))
        return answer

    def _ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a request, and again with a growing pause while the connection is refused or breaks off."""
        pause = FIRST_PAUSE
        for _attempt in range(ATTEMPTS - 1):
            try:
                return self._http.request(method, path, **what)
            except httpx.TransportError:
                time.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
        return self._http.request(method, path, **what)

    def _page(self, answer: httpx.Response) -> Page:
        page = read_page(str(answer.url), answer.text)
        if answer.status_code >= FIRST_ERROR:
            reasons = list(page.reasons) or [_gist(answer.text)]
            raise Refused(self.name, answer.url.path, answer.status_code, reasons)
        return page


def _address(form: Form, page: Page) -> str:
    return urljoin(page.url, form.action or page.url)


def _api_reasons(answer: httpx.Response) -> list[str]:
    try:
        return [f"{row['check']}: {row['reason']}" for row in answer.json()["refused"]]
    except (ValueError, KeyError, TypeError):
        return [_gist(answer.text)]


def _gist(text: str) -> str:
    """Return the middle of a page in one line, for a message."""
    body = text.partition("<main")[2] or text
    return " ".join(_TAGS.sub(" ", body).split())[:300]
