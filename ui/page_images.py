"""Pages of opened bids as pictures: drawn once by a process of its own, then masked and watermarked for each reader.

Boxes are in the page's own unit from the top left, with the page's width and height; pictures are JPEG.
"""

import io
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import pylopdf_fonts_zh_cn
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

TIMEOUT_SECONDS = 40
QUALITY = 82
MASK = "#d8d3c6"
INK = (28, 61, 99, 38)
LETTER = 26  # pixels
_AT_ONCE = threading.BoundedSemaphore(2)  # drawing is heavy: two a process, others wait

Box = Sequence[float]


class PageNotDrawn(Exception):
    """The page cannot be drawn: there is none, or the file is broken or hostile."""


def drawn(path: Path, sha256: str, number: int) -> Path:
    """Return the picture of page `number` (from 1) of the file, drawn now unless it was before.

    :raises PageNotDrawn: with the reason
    """
    folder = Path(settings.OPENED_ROOT).parent / "page-images" / sha256
    target = folder / f"{number}.png"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{uuid4().hex}.part"
    try:
        _draw(path, number, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _draw(path: Path, number: int, out: Path) -> None:
    command = [sys.executable, "-m", "ui.draw_page", str(path.resolve()), str(number), str(out)]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, cwd=settings.BASE_DIR, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as exc:
            raise PageNotDrawn("drawing took too long") from exc
    if done.returncode != 0:
        raise PageNotDrawn(done.stderr.decode(errors="replace")[-200:] or f"exit {done.returncode}")


def for_reader(picture: Path, words: str, *, masks: Sequence[Box] = (), size: tuple[float, float] = (0, 0)) -> bytes:
    """Return the picture as JPEG with `words` written across it and the `masks` covered.

    `size` is the page's width and height in the unit of the masks.
    """
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    pen = ImageDraw.Draw(image)
    for box in masks:
        pen.rectangle(_scaled(box, image.size, size), fill=MASK)
    mark = _watermark(words, image.size)
    image.paste(mark, (0, 0), mark)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _scaled(box: Box, pixels: tuple[int, int], size: tuple[float, float]) -> tuple[float, float, float, float]:
    across, down = pixels[0] / (size[0] or pixels[0]), pixels[1] / (size[1] or pixels[1])
    x0, y0, x1, y1 = box
    return (x0 * across - 3, y0 * down - 3, x1 * across + 3, y1 * down + 3)


@lru_cache(maxsize=8)
def _watermark(words: str, size: tuple[int, int]) -> Image.Image:
    """Return the words in rows across a transparent picture of this size, slanted."""
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), LETTER)
    longest = int((size[0] ** 2 + size[1] ** 2) ** 0.5) + 1
    sheet = Image.new("RGBA", (longest, longest), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    step = int(pen.textlength(words, font=font)) + 140
    for row, y in enumerate(range(0, longest, 230)):
        for x in range(-(row % 2) * step // 2, longest, step):
            pen.text((x, y), words, font=font, fill=INK)
    turned = sheet.rotate(28)
    left, top = (longest - size[0]) // 2, (longest - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))
