"""A closer look: reading a part of a picture again, enlarged and in several renderings, so that readings can be
compared.

Boxes are in the page's unit, from the top left.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ocr import pdfium as pdf
from ocr import pictures
from ocr.engines import Engine, without_seals
from ocr.pages import Box, Limits, Line, Page

MARGIN = 0.25  # of the box's height, added on every side
LINE_HEIGHT = 64.0  # pixels a line is enlarged to
MOST = 3.0  # the most a picture is enlarged


def page_picture(source: Path, page: Page, limits: Limits) -> Image.Image:
    """This function will give a page as a picture, fine enough to be enlarged. :raises Unreadable: it cannot be
    drawn"""
    if page.unit == "px":
        return pictures.open_picture(source, limits)
    with pdf.opened(source) as document, pdf.LOCK:
        return pdf.render(document[page.number - 1], 3.0, limits.render_pixels * 2)


class Closer:
    """A page that can be looked at again, place by place. Each rendering of a place is read once."""

    def __init__(self, image: Image.Image, page: Page, engines: Sequence[Engine]) -> None:
        self._image = image
        self._engines = engines
        self._ratio = image.width / page.width
        self._seen: dict[Box, list[list[Line]]] = {}

    def read(self, box: Box) -> Iterator[list[Line]]:
        """This function will read a place again, a list of lines by rendering, the second model first.

        Each rendering is read when it is asked for, and once: whoever is convinced stops asking.
        """
        seen = self._seen.setdefault(box, [])
        for index, (engine, variant, corner) in enumerate(self._runs(box)):
            if index == len(seen):
                seen.append(_read(variant, engine, corner, self._ratio))
            yield seen[index]

    def _runs(self, box: Box) -> Iterator[tuple[Engine, tuple[Image.Image, float], tuple[int, int]]]:
        variants = _variants(self._image, box, self._ratio)
        exact, *others = self._engines
        second = [(other, *variant) for other in others for variant in variants[1:3]]
        yield from second[:1]
        yield from ((exact, *variant) for variant in variants)
        yield from second[1:]

    def glyph_widths(self, box: Box) -> list[float]:
        """This function will give the widths of the separate glyphs in a line, as shares of the line's ink height."""
        variants = _variants(self._image, box, self._ratio, margin=0.0)
        return _runs(variants[0][0][0]) if variants else []


def _runs(image: Image.Image) -> list[float]:
    """Runs of columns with ink among the rows that hold most of it."""
    import cv2

    grey = np.asarray(without_seals(image))
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    rows = np.flatnonzero(ink.sum(axis=1) >= 2)
    if rows.size == 0:
        return []
    height = float(rows[-1] - rows[0] + 1)
    inked = np.concatenate(([0], (ink.sum(axis=0) > 0).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(inked))
    return [float(end - begin) / height for begin, end in zip(edges[::2], edges[1::2], strict=True) if end - begin > 1]


def _variants(
    image: Image.Image, box: Box, ratio: float, margin: float = MARGIN
) -> list[tuple[tuple[Image.Image, float], tuple[int, int]]]:
    margin *= box[3] - box[1]
    left, top = max(0, int((box[0] - 2 * margin) * ratio)), max(0, int((box[1] - margin) * ratio))
    right = min(image.width, int((box[2] + 2 * margin) * ratio) + 1)
    bottom = min(image.height, int((box[3] + margin) * ratio) + 1)
    if right - left < 8 or bottom - top < 8:
        return []
    part = image.crop((left, top, right, bottom)).convert("RGB")
    scale = min(MOST, max(1.0, LINE_HEIGHT / (bottom - top)))
    large = part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.LANCZOS)
    renderings = (large, part, without_seals(large), ImageOps.autocontrast(without_seals(large), cutoff=2))
    return [((_padded(each), each.width / part.width), (left, top)) for each in renderings]


PADDING = 24  # pixels of paper round a part: the models miss text at the edge


def _padded(image: Image.Image) -> Image.Image:
    paper = image.resize((1, 1)).resize((image.width + 2 * PADDING, image.height + 2 * PADDING))
    paper.paste(image, (PADDING, PADDING))
    return paper


def _read(variant: tuple[Image.Image, float], engine: Engine, corner: tuple[int, int], ratio: float) -> list[Line]:
    image, scale = variant
    return [Line(line.text, _back(line.box, scale, corner, ratio), line.confidence) for line in engine.read(image)]


def _back(box: Box, scale: float, corner: tuple[int, int], ratio: float) -> Box:
    x0, y0, x1, y1 = ((side - PADDING) / scale for side in box)
    left, top = corner
    return ((x0 + left) / ratio, (y0 + top) / ratio, (x1 + left) / ratio, (y1 + top) / ratio)
