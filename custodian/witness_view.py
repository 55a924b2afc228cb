"""The witness's own view over HTTP, so that others can compare: `/checkpoint`, `/key`, `/split-views`. Reads only."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from custodian import journal
from custodian.witness_home import WitnessHome

PAGES: dict[str, Callable[[WitnessHome], str]] = {
    "/checkpoint": lambda home: home.last,
    "/key": lambda home: f"{home.verifier}\n",
    "/split-views": lambda home: json.dumps(home.splits(), ensure_ascii=False),
}


@contextmanager
def showing(home: WitnessHome, listen: tuple[str, int] | None) -> Iterator[int]:
    """Answer at host and port while the block runs and yield the port; nothing where `listen` is None.

    :raises OSError: the address cannot be listened on
    """
    if listen is None:
        yield 0
        return
    server = ThreadingHTTPServer(listen, _handler(home))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    journal.note("listening", address=f"{server.server_address[0]!s}:{server.server_port}")
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _handler(home: WitnessHome) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = PAGES.get(self.path)
            body = (page(home) if page else "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the journal is for what the witness does."""

    return Handler
