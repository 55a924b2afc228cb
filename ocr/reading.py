"""Reading a file into pages: the text layer where it is good, OCR where it is not, a reason where neither works.

Files are told apart by content. A bad page is a page with source "none" and a reason; only a file that is unreadable
as a whole is refused. One page is held at a time. Boxes: points for PDF pages, pixels for pictures, from the top left.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from ocr import pdfium as pdf
from ocr import pictures
from ocr.engines import Size, Unavailable, engine_for
from ocr.layer import GOOD_ENOUGH, NEAR_EMPTY, layer_quality, tidy
from ocr.pages import Box, Document, Limits, Line, Page, Unreadable

OCR_SCALE = 2.0  # pixels a point: 144 dpi, beyond which the small models read no better
PICTURE_PART = "part of the page is a picture"
LARGE_PICTURE = 0.15  # share of the page above which a picture without text over it is read too


@dataclass
class Reading:
    """One run over a file: its limits, the OCR model to use, and how many pages OCR has taken."""

    limits: Limits
    size: Size
    ocr_pages: int = 0

    def may_ocr(self) -> bool:
        """This function will count one more page for OCR, and say no once the limit is reached."""
        self.ocr_pages += 1
        return self.ocr_pages <= self.limits.max_ocr_pages


def read_document(source: bytes | str | Path, *, limits: Limits | None = None, size: Size = "tiny") -> Document:
    """This function will read every page of a PDF or a picture, with text, places and the seconds taken.

    `size` is the OCR model: "tiny" for long documents, "small" for certificates.

    :raises Unreadable: empty, too large, encrypted, broken as a whole, or neither a PDF nor a picture
    """
    begin = time.perf_counter()
    content = Path(source) if isinstance(source, str) else source
    reading = Reading(limits or Limits(), size)
    _check_size(content, reading.limits)
    if pictures.sniff(content) == "pdf":
        pages = tuple(_pdf_pages(content, reading))
    else:
        pages = (_picture_page(content, reading),)
    return Document(pages, time.perf_counter() - begin)


def _check_size(content: bytes | Path, limits: Limits) -> None:
    try:
        count = len(content) if isinstance(content, bytes) else content.stat().st_size
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from error
    if count > limits.max_bytes:
        raise Unreadable(f"the file has {count} bytes, the limit is {limits.max_bytes}")


def _pdf_pages(content: bytes | Path, reading: Reading) -> Iterator[Page]:
    limits = reading.limits
    with pdf.opened(content) as document:
        count = len(document)
        if count == 0:
            raise Unreadable("the PDF has no pages")
        if count > limits.max_listed_pages:
            raise Unreadable(f"the PDF has {count} pages, the limit is {limits.max_listed_pages}")
        for number in range(limits.first_page, min(count, limits.last_page or count) + 1):
            if number - limits.first_page >= limits.max_pages:
                yield Page(number, "none", 0.0, reason=f"beyond the limit of {limits.max_pages} pages")
            else:
                yield _timed_page(document, number, reading)


def _timed_page(document: Any, number: int, reading: Reading) -> Page:
    begin = time.perf_counter()
    try:
        half = _open_page(document, number, reading)
        found = _ocr_page(half, reading) if half.image is not None else half.kept
    except (pdfium.PdfiumError, ValueError, OSError, RuntimeError, MemoryError) as error:
        found = Page(number, "none", 0.0, reason=f"the page is broken: {error}")
    return replace(found, seconds=time.perf_counter() - begin)


@dataclass(frozen=True)
class _Half:
    """A page after PDFium is done with it: what the layer gave, why it is not enough, and the picture to read if so."""

    kept: Page
    layer: pdf.Layer
    need: str
    image: Image.Image | None = None


def _open_page(document: Any, number: int, reading: Reading) -> _Half:
    with pdf.LOCK:  # held while PDFium works, not while OCR does
        page = document[number - 1]
        try:
            half = _judge_layer(page, number, reading.limits)
            wanted = half.need and reading.may_ocr()
            return replace(half, image=pdf.render(page, OCR_SCALE, reading.limits.render_pixels)) if wanted else half
        finally:
            page.close()


def _judge_layer(page: Any, number: int, limits: Limits) -> _Half:
    layer = pdf.read_layer(page, limits)
    text, quality = tidy(layer.text).strip(), layer_quality(layer.text)
    need = _why_ocr(layer, text, quality)
    kept = Page(number, "none", 0.0, width=layer.width, height=layer.height)
    if text and quality >= GOOD_ENOUGH:
        kept = replace(kept, source="text", quality=quality, text=text, lines=_tidied(layer.lines))
    else:
        limit = f"; the limit of {limits.max_ocr_pages} pages for OCR is reached" if need else ""
        kept = replace(kept, reason=need + limit or "the page is blank")
    return _Half(kept, layer, need)


def _tidied(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(replace(line, text=tidy(line.text)) for line in lines)


def _why_ocr(layer: pdf.Layer, text: str, quality: float) -> str:
    """Why a page needs OCR; empty when its text layer will do, or when there is nothing on it at all."""
    count = sum(not char.isspace() for char in text)
    drawn = bool(layer.pictures) or layer.paths > 40  # glyphs turned into outlines are many paths
    if count == 0:
        return "no text layer" if drawn else ""
    if quality < GOOD_ENOUGH:
        return "the text layer is garbage"
    if count < NEAR_EMPTY and drawn:
        return "the text layer is nearly empty"
    return PICTURE_PART if _unread_pictures(layer) else ""


def _unread_pictures(layer: pdf.Layer) -> list[Box]:
    """Pictures that take a good part of the page and have no text laid over them."""
    area = layer.width * layer.height or 1.0
    large = [box for box in layer.pictures if (box[2] - box[0]) * (box[3] - box[1]) > LARGE_PICTURE * area]
    inside = {box: sum(len(line.text) for line in layer.lines if _within(line.box, box)) for box in large}
    return [box for box in large if inside[box] < NEAR_EMPTY]


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _ocr_page(half: _Half, reading: Reading) -> Page:
    base, image = half.kept, half.image
    if image is None:
        return base
    try:
        seen = pictures.read_upright(engine_for(reading.size), image)
    except Unavailable as error:
        return (
            base if base.source == "text" else replace(base, reason=f"{half.need}, and there is no OCR engine: {error}")
        )
    lines = [_rescaled(line, half.layer.width / image.width) for line in seen]
    if base.source == "text" and half.need == PICTURE_PART:
        return _completed(half, lines)
    if not lines:
        return base if base.source == "text" else replace(base, reason=f"{half.need}, and OCR finds no text")
    quality = pictures.mean_confidence(lines)
    return replace(base, source="ocr", quality=quality, text=_joined(lines), lines=tuple(lines), reason="")


def _completed(half: _Half, seen: list[Line]) -> Page:
    """The text layer, and after it what OCR reads in the pictures that have no text over them."""
    base, gaps = half.kept, _unread_pictures(half.layer)
    added = [line for line in seen if any(_within(line.box, gap) for gap in gaps)]
    if sum(len(line.text) for line in added) < NEAR_EMPTY:
        return base  # a photograph or a drawing without words
    quality = min(base.quality, pictures.mean_confidence(added))
    text = base.text + "\n" + _joined(added)
    return replace(base, source="ocr", quality=quality, text=text, lines=(*base.lines, *added))


def _rescaled(line: Line, ratio: float) -> Line:
    x0, y0, x1, y1 = line.box
    return replace(line, box=(x0 * ratio, y0 * ratio, x1 * ratio, y1 * ratio))


def _joined(lines: list[Line]) -> str:
    """Lines side by side are joined by a blank, others by a line end, in the engine's reading order."""
    parts: list[str] = []
    for index, line in enumerate(lines):
        if index:
            parts.append(" " if _beside(lines[index - 1].box, line.box) else "\n")
        parts.append(line.text)
    return tidy("".join(parts))


def _beside(one: Box, two: Box) -> bool:
    overlap = min(one[3], two[3]) - max(one[1], two[1])
    return overlap > 0.5 * min(one[3] - one[1], two[3] - two[1]) and two[0] > one[0]


def _picture_page(content: bytes | Path, reading: Reading) -> Page:
    begin = time.perf_counter()
    image = pictures.open_picture(content, reading.limits)
    page = Page(1, "none", 0.0, unit="px", width=float(image.width), height=float(image.height))
    found = _read_picture(image, page, reading)
    return replace(found, seconds=time.perf_counter() - begin)


def _read_picture(image: Image.Image, page: Page, reading: Reading) -> Page:
    working = pictures.scaled(image, min(1.0, (reading.limits.render_pixels * 2 / (image.width * image.height)) ** 0.5))
    try:
        lines = [
            _rescaled(line, image.width / working.width)
            for line in pictures.read_upright(engine_for(reading.size), working)
        ]
    except Unavailable as error:
        return replace(page, reason=f"there is no OCR engine: {error}")
    except (RuntimeError, ValueError, MemoryError) as error:
        return replace(page, reason=f"the OCR engine failed: {error}")
    if not lines:
        return replace(page, reason="OCR finds no text")
    quality = pictures.mean_confidence(lines)
    return replace(page, source="ocr", quality=quality, text=_joined(lines), lines=tuple(lines))
