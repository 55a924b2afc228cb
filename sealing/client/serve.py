"""The page's server: 127.0.0.1 only, a random port, a random secret in every address; it connects to nothing.

Against other pages in the same browser: no address is answered without the secret, no request whose `Host` is not ours
(DNS rebinding), no act whose `Origin` is not ours; scripts and styles come from here only, and no frame may show us.
"""

import hmac
import json
import secrets
import threading
import webbrowser
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from urllib.parse import urlsplit

from sealing import canonical
from sealing.canonical import Json, NotCanonical
from sealing.client import fingerprint
from sealing.client.acts import ACTS, Session, act
from sealing.client.desk import Desk
from suites import Refused

ADDRESS = "127.0.0.1"
MOST_BODY = 1 << 20
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "app.css": ("app.css", "text/css; charset=utf-8"),
    "app.mjs": ("app.mjs", "text/javascript; charset=utf-8"),
    "draw.mjs": ("draw.mjs", "text/javascript; charset=utf-8"),
    "words.mjs": ("words.mjs", "text/javascript; charset=utf-8"),
    "steelyard.svg": ("steelyard.svg", "image/svg+xml"),
}


class Client(ThreadingHTTPServer):
    """The server with its session; one act at a time."""

    daemon_threads = True

    def __init__(self, session: Session, *, port: int = 0) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.session, self.secret, self.turn = session, secrets.token_urlsafe(32), threading.Lock()

    @property
    def origin(self) -> str:
        """The only origin that is answered."""
        return f"http://{ADDRESS}:{self.server_port}"

    @property
    def address(self) -> str:
        """The page's address, which holds the secret."""
        return f"{self.origin}/{self.secret}/"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Client
    server_version = "gongheng-seal"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Give out one of the page's own files."""
        place = self._place()
        if place is None or place not in FILES:
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
            return
        name, kind = FILES[place]
        self._answer(HTTPStatus.OK, resources.files("sealing.client").joinpath("static", name).read_bytes(), kind)

    def do_POST(self) -> None:
        """Carry out one act of the page."""
        place = self._place()
        if place is None or not place.startswith("act/"):
            self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
            return
        if self.headers.get("Origin") != self.server.origin or self.headers.get_content_type() != "application/json":
            self._answer(HTTPStatus.FORBIDDEN, b"", "text/plain")
            return
        status, told = self._acted(place.removeprefix("act/"))
        answer = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")  # names on a disk need not be UTF-8
        self._answer(status, answer, "application/json")
        if self.server.session.leaving:
            threading.Thread(target=self.server.shutdown, daemon=True).start()

    def _acted(self, name: str) -> tuple[HTTPStatus, Json]:
        try:
            length = int(self.headers.get("Content-Length", ""))
            body = canonical.loads(self.rfile.read(length)) if 0 <= length <= MOST_BODY else None
        except (ValueError, NotCanonical):
            return HTTPStatus.BAD_REQUEST, {"refused": []}
        if name not in ACTS:
            return HTTPStatus.NOT_FOUND, {"refused": []}
        try:
            with self.server.turn:
                return HTTPStatus.OK, act(self.server.session, name, body)
        except Refused as refused:
            return HTTPStatus.CONFLICT, {"refused": [reason._asdict() for reason in refused.reasons]}

    def _place(self) -> str | None:
        """The path behind the secret; None where host or secret are not ours."""
        host = self.headers.get("Host", "")
        _, _, rest = self.path.partition("/")
        secret, slash, place = urlsplit("/" + rest).path.lstrip("/").partition("/")
        ours = hmac.compare_digest(secret.encode("utf-8", "replace"), self.server.secret.encode())
        return place if ours and slash and host == urlsplit(self.server.origin).netloc else None

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: addresses hold the secret."""


def serve(*, port: int = 0, browser: bool = True, tell: Callable[[str], None] = print) -> None:
    """Serve the page until the person leaves; `tell` is given its address."""
    client = Client(Session(Desk(machine=fingerprint.collect())), port=port)
    tell(client.address)
    if browser:
        webbrowser.open(client.address)
    try:
        client.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        client.server_close()
        if client.session.job is not None:
            client.session.job.stop()  # or what was opened to try it would stay
