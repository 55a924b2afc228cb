"""Pictures of pages at the two widths that pages are made for. Sizes in CSS pixels; files under 300 KB."""

import io
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

WIDTHS = (1280, 390)
HEIGHT = 900
TALLEST = 2400
LARGEST = 300_000


@dataclass
class Album:
    """A folder of pictures, named 01-name-1280.png in the order in which they are taken."""

    folder: Path
    taken: dict[str, int] = field(default_factory=dict)

    def take(self, page: Page, name: str) -> None:
        """Take a page's picture at both widths; the page keeps its width afterwards."""
        number = self.taken.setdefault(name, len(self.taken) + 1)
        before = page.viewport_size
        for width in WIDTHS:
            self._keep(_shot(page, width), f"{number:02d}-{name}-{width}.png")
        if before:
            page.set_viewport_size(before)

    def _keep(self, png: bytes, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        for colours in (128, 64, 32):
            out = io.BytesIO()
            picture.quantize(colours).save(out, "PNG", optimize=True)
            if out.tell() < LARGEST:
                break
        (self.folder / name).write_bytes(out.getvalue())


def _shot(page: Page, width: int) -> bytes:
    """Return the page from its top, at most `TALLEST` high; the window is as high, so that what sticks sits right."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    tall = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": max(HEIGHT, min(tall, TALLEST))})
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.screenshot(animations="disabled")
