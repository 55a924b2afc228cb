"""The application on a loopback port over a database file, for Chromium: several requests really run at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import BrowserContext

from tests.cast import Player


@contextmanager
def serving() -> Iterator[str]:
    """Serve the application; yields its address."""
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


def sign_in(context: BrowserContext, player: Player, address: str) -> None:
    """Give the browser a session of this player."""
    client = Client()
    client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
