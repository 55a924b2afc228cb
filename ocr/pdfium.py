"""PDF pages through PDFium: opening, the text layer with boxes, what a page is made of, and rendering.

PDFium is not thread-safe: whoever touches it holds `LOCK`. Boxes are points from the top left of the page as displayed.
"""

import ctypes
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from ocr.pages import LONGEST_SIDE, Box, Limits, Line, Unreadable, union

LOCK = threading.RLock()
MAX_OBJECTS = 3000  # page objects looked at when measuring pictures
FORM_DEPTH = 3

REASONS = {
    raw.FPDF_ERR_PASSWORD: "the PDF is encrypted and needs a password",
    raw.FPDF_ERR_FORMAT: "the PDF is broken",
    raw.FPDF_ERR_SECURITY: "the PDF is encrypted in a way that cannot be opened",
}


@dataclass(frozen=True)
class Layer:
    """What a page holds: the text layer as lines, its pictures' boxes, and the number of drawn paths."""

    text: str
    lines: tuple[Line, ...]
    width: float
    height: float
    pictures: tuple[Box, ...]
    paths: int


@contextmanager
def opened(source: bytes | Path) -> Iterator[Any]:
    """This function will open a PDF and close it; whatever is done in between takes `LOCK` for itself, page by page.

    :raises Unreadable: encrypted or broken as a whole
    """
    with LOCK:
        try:
            document = pdfium.PdfDocument(source)
        except pdfium.PdfiumError as error:
            raise Unreadable(_reason(error)) from error
    try:
        yield document
    finally:
        with LOCK:
            document.close()


def _reason(error: Any) -> str:
    return REASONS.get(getattr(error, "err_code", None), "the PDF cannot be opened: it is broken or truncated")


def read_layer(page: Any, limits: Limits) -> Layer:
    """This function will read the text layer of an open page. :raises pdfium.PdfiumError: a page that cannot be read"""
    width, height = page.get_size()
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(0, min(textpage.count_chars(), limits.max_page_chars), errors="replace")
        lines = tuple(_lines(page, textpage, text))
    finally:
        textpage.close()
    pictures, paths = _objects(page)
    return Layer(text, lines, float(width), float(height), pictures, paths)


def _lines(page: Any, textpage: Any, text: str) -> Iterator[Line]:
    """Lines with boxes. PDFium counts characters as UTF-16 units save a few it invents, so ranges are searched in
    order."""
    place = _to_display(page)
    begin = 0
    for piece in text.replace("\r\n", "\n\n").replace("\r", "\n").split("\n"):
        count = len(piece.encode("utf-16-le", errors="surrogatepass")) // 2
        if piece.strip():
            boxes = [place(*textpage.get_rect(index)) for index in range(textpage.count_rects(begin, count))]
            boxes = [box for box in boxes if box[2] > box[0] and box[3] > box[1]]
            if boxes:
                yield Line(piece.strip(), union(boxes))
        begin += count + 1


def _to_display(page: Any) -> Any:
    """The map from PDF user space to points from the top left, minding rotation and a crop box away from the origin."""
    width, height = page.get_size()
    out_x, out_y = ctypes.c_int(), ctypes.c_int()
    grain = 16  # PDFium maps to whole device units: a finer grid keeps sixteenths of a point

    def point(x: float, y: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, int(width * grain), int(height * grain), 0, x, y, out_x, out_y)
        return out_x.value / grain, out_y.value / grain

    def place(left: float, bottom: float, right: float, top: float) -> Box:
        ax, ay = point(left, bottom)
        bx, by = point(right, top)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    return place


def _objects(page: Any) -> tuple[tuple[Box, ...], int]:
    place, pictures, paths = _to_display(page), [], 0
    for index, item in enumerate(page.get_objects(max_depth=FORM_DEPTH)):
        if index >= MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(place(*item.get_bounds()))
        paths += item.type == raw.FPDF_PAGEOBJ_PATH
    return tuple(pictures), paths


def scale_within(size: tuple[float, float], wanted: float, pixels: int) -> float:
    """This function will give the largest scale up to `wanted` at which a page of `size` points has at most `pixels`
    pixels and no side beyond `LONGEST_SIDE`."""
    area = max(size[0], 1.0) * max(size[1], 1.0)
    longest = max(size[0], size[1], 1.0)
    return float(min(wanted, (pixels / area) ** 0.5, LONGEST_SIDE / longest))


def render(page: Any, scale: float, pixels: int) -> Image.Image:
    """This function will draw an open page in RGB at `scale` pixels a point, or smaller to stay within `pixels`."""
    fitting = scale_within(page.get_size(), scale, pixels)
    bitmap = page.render(scale=fitting, rev_byteorder=True)
    try:
        picture: Image.Image = bitmap.to_pil().convert("RGB").copy()
        return picture
    finally:
        bitmap.close()


def render_page(path: Path, number: int, scale: float = 1.5) -> bytes:
    """This function will draw page `number` (from 1) of a PDF or a picture as PNG bytes, `scale` pixels a point or
    pixel.

    The picture never has more than 16 million pixels, whatever the scale or the page.

    :raises Unreadable: the file or the page cannot be drawn
    """
    from ocr import pictures

    content = pictures.sniff(path)
    if content != "pdf":
        if number != 1:
            raise Unreadable(f"a picture has one page, not page {number}")
        return _png(pictures.scaled(pictures.open_picture(path, Limits()), scale))
    with opened(path) as document, LOCK:
        if not 1 <= number <= len(document):
            raise Unreadable(f"page {number} is not among the {len(document)} pages")
        try:
            page = document[number - 1]
            return _png(render(page, scale, 16_000_000))
        except (pdfium.PdfiumError, MemoryError) as error:
            raise Unreadable(f"page {number} cannot be drawn: {error}") from error


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
