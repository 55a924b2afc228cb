"""Pages of opened bids as pictures: drawn once by a process of its own, then masked and watermarked for each reader.

Boxes are in the page's own unit from the top left, with the page's width and height; pictures are JPEG.
"""

import io
import math
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
INK = (28, 61, 99)
FAINT = 38  # of 255
LETTER, ROW, GAP = 26, 230, 140  # pixels: the words' height, between two rows, between two stamps of a row
SLANT = 28  # degrees
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
    _stamp_over(image, words)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _scaled(box: Box, pixels: tuple[int, int], size: tuple[float, float]) -> tuple[float, float, float, float]:
    across, down = pixels[0] / (size[0] or pixels[0]), pixels[1] / (size[1] or pixels[1])
    x0, y0, x1, y1 = box
    return (x0 * across - 3, y0 * down - 3, x1 * across + 3, y1 * down + 3)


def _stamp_over(image: Image.Image, words: str) -> None:
    """Write the words across the picture in slanted rows: one small stamp, again and again, whatever the page."""
    stamp, across = _stamp(words)
    width, height = image.size
    reach = int((width**2 + height**2) ** 0.5) // 2 + across
    cos, sin = math.cos(math.radians(SLANT)), math.sin(math.radians(SLANT))
    for row in range(-(reach // ROW), reach // ROW + 1):
        for place in range(-(reach // across), reach // across + 1):
            along, down = (place + row % 2 / 2) * across, row * ROW
            left = round(width / 2 + along * cos + down * sin - stamp.width / 2)
            top = round(height / 2 - along * sin + down * cos - stamp.height / 2)
            if -stamp.width < left < width and -stamp.height < top < height:
                image.paste(INK, (left, top), stamp)


@lru_cache(maxsize=8)
def _stamp(words: str) -> tuple[Image.Image, int]:
    """Return the slanted words as a mask, and how far apart two stand in a row."""
    font = ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), LETTER)
    length = int(font.getlength(words)) + 1
    flat = Image.new("L", (length, 2 * LETTER), 0)
    ImageDraw.Draw(flat).text((0, LETTER // 2), words, font=font, fill=FAINT)
    return flat.rotate(SLANT, resample=Image.Resampling.BICUBIC, expand=True), length + GAP
