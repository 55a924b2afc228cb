"""Sealing 256 MiB in Chromium's worker, from the draft in private storage into it, beside raw AES-GCM. MB/s.

The browser has a profile on disk, as a bidder's has: in a private window storage is another process's memory.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import Row

_MEGABYTES = 256
_ROUNDS = 3
ROOT = Path(__file__).resolve().parents[1]
_RAW = """async (count) => {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const chunk = new Uint8Array(1 << 20);
  const started = performance.now();
  for (let at = 0; at < count; at += 4) {
    const nonces = [0, 1, 2, 3].map((n) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, at >> 8, at, n));
    await Promise.all(nonces.map((iv) => crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, chunk)));
  }
  return (count * 1.048576) / ((performance.now() - started) / 1000);
}"""
_SPEED = "async (order) => (await import('/twin.mjs')).speed(order)"


def _order() -> dict[str, Any]:
    from tests.browser.cast import make_cast
    from tests.browser.test_twin import pem_list

    cast = make_cast()
    trust = pem_list(cast)
    return {"tender": cast.tender(), "trust": trust, "key": json.dumps(cast.bidder_key), "megabytes": _MEGABYTES}


def rows() -> list[Row]:
    """Measure, the best of three rounds; no row where there is no Chromium."""
    from playwright.sync_api import Error, sync_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.program import chromium_program
    from tests.browser.static_server import serve

    own = {"/twin.mjs": (ROOT / "tests" / "browser" / "twin.mjs").read_bytes()}
    with (
        serve(ROOT / "bidder_portal" / "static", own) as address,
        sync_playwright() as playwright,
        TemporaryDirectory(prefix="gongheng-bench-") as profile,
    ):
        try:
            browser = playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium_program(), headless=True, args=ARGUMENTS
            )
        except Error as error:
            print(f"no Chromium: {error.message.splitlines()[0]}")
            return []
        page = browser.new_page()
        page.goto(address)
        # the draft is written before the first round, so the first one still shares the disk with it
        found = [(page.evaluate(_SPEED, _order()), page.evaluate(_RAW, _MEGABYTES)) for _ in range(_ROUNDS)]
        browser.close()
    speed, raw = (max(values) for values in zip(*found, strict=True))
    what = f"seal {_MEGABYTES} MiB in the browser, INTL-1"
    return [Row(what, speed, "MB/s", "raw AES-GCM, WebCrypto", raw, speed / raw, "≥ 100")]


if __name__ == "__main__":
    for row in rows():
        print(row)
