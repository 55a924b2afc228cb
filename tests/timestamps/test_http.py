"""The HTTP driver against a small server: a good one and every kind of bad one."""

import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import timestamps
from timestamps import HttpAuthority, LocalAuthority, StampFailed

DATA = b"data"
REPLY = "application/timestamp-reply"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    authority: LocalAuthority
    asked: list[dict[str, str]]


class Handler(BaseHTTPRequestHandler):
    """`/tsa` answers well; the other paths misbehave in the way their name says."""

    server: Server

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        getattr(self, "answer_" + self.path.strip("/"))(request)

    def log_message(self, *words: object) -> None:
        pass

    def send(self, body: bytes, *, kind: str = REPLY, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_tsa(self, request: bytes) -> None:
        self.send(self.server.authority.answer(request), kind=f"{REPLY}; charset=binary")

    def answer_page(self, request: bytes) -> None:
        self.send(b"<html>sign in</html>", kind="text/html")

    def answer_busy(self, request: bytes) -> None:
        self.send(b"", status=503)

    def answer_moved(self, request: bytes) -> None:
        self.send_response(302)
        self.send_header("Location", "/tsa")
        self.end_headers()

    def answer_huge(self, request: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", REPLY)
        self.end_headers()
        for _ in range(4096):  # 256 MiB, had anybody the patience
            self.wfile.write(bytes(1 << 16))

    def answer_junk(self, request: bytes) -> None:
        self.send(b"\x30\x03\x02\x01\x00" * 5)

    def answer_silent(self, request: bytes) -> None:
        time.sleep(3)

    def answer_trickle(self, request: bytes) -> None:
        for _ in range(30):
            self.wfile.write(b"H")
            self.wfile.flush()
            time.sleep(0.1)

    def answer_broken(self, request: bytes) -> None:
        self.wfile.write(b"not HTTP\r\n\r\n")


@pytest.fixture(scope="module")
def server(local: LocalAuthority) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.authority, server.asked = local, []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def authority(server: Server, path: str, **known: object) -> HttpAuthority:
    return HttpAuthority(f"http://127.0.0.1:{server.server_port}/{path}", **known)


def test_a_token_comes_over_http(server: Server, local: LocalAuthority) -> None:
    token = timestamps.stamp(DATA, authority=authority(server, "tsa", username="user", password="秘密"))
    assert timestamps.verify(token, DATA, roots=[local.root])
    asked = server.asked[-1]
    assert asked["content-type"] == "application/timestamp-query"
    assert base64.b64decode(asked["authorization"].removeprefix("Basic ")) == "user:秘密".encode()
    assert "秘密" not in repr(authority(server, "tsa", username="user", password="秘密"))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("page", "content_type"),
        ("busy", "http_status"),
        ("moved", "http_status"),
        ("huge", "too_large"),
        ("junk", "malformed"),
        ("silent", "timeout"),
        ("trickle", "timeout"),
        ("broken", "unreachable"),
    ],
)
def test_a_bad_answer_is_refused_by_name_and_in_time(server: Server, path: str, code: str) -> None:
    began = time.monotonic()
    with pytest.raises(StampFailed) as caught:
        timestamps.stamp(DATA, authority=authority(server, path, seconds=0.8))
    assert caught.value.codes == {code}
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://no-such-host.invalid/", "http://[", "http://"])
def test_nobody_there(url: str) -> None:
    with pytest.raises(StampFailed) as caught:
        timestamps.stamp(DATA, authority=HttpAuthority(url, seconds=3))
    assert caught.value.codes <= {"unreachable", "timeout"}


def test_the_driver_works_inside_an_event_loop(server: Server) -> None:
    import asyncio

    async def inside() -> bytes:
        return timestamps.stamp(DATA, authority=authority(server, "tsa"))

    assert asyncio.run(inside())


def test_settings_choose_the_authority(tmp_path) -> None:
    assert timestamps.configured("", home=tmp_path) is None
    assert isinstance(timestamps.configured("demonstration", home=tmp_path), LocalAuthority)
    chosen = timestamps.configured("https://tsa.example/ts", home=tmp_path, username="u", password="p")
    assert chosen == HttpAuthority("https://tsa.example/ts", "u", "p")
    with pytest.raises(ValueError, match="ftp"):
        timestamps.configured("ftp://tsa.example", home=tmp_path)
