"""What reading a file gives: documents of pages of lines with boxes, and the limits put on hostile files.

Boxes are ``(x0, y0, x1, y1)`` from the top left corner of the page as it is displayed, in PDF points (``pt``) or image
pixels (``px``). Qualities and confidences lie between 0 and 1. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Box = tuple[float, float, float, float]
Source = Literal["text", "ocr", "none"]
Unit = Literal["pt", "px"]
LONGEST_SIDE = 12_000  # pixels of anything drawn: a long screenshot stays legible, and every JPEG encoder takes it


class Unreadable(Exception):
    """The file as a whole cannot be read; `reason` says why in words that a user may read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How much of a file is read before the reading stops with a reason."""

    max_bytes: int = 300 * 1024 * 1024
    max_pages: int = 2000  # pages beyond are listed with source "none"
    max_listed_pages: int = 10_000  # files with more are refused
    max_ocr_pages: int = 500
    max_pixels: int = 60_000_000  # of a picture that is decoded
    render_pixels: int = 4_000_000  # of a page that is rendered for OCR
    max_page_chars: int = 200_000
    first_page: int = 1
    last_page: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of text as it was found, with its place."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True)
class Page:
    """One page: its text, where the text came from, and how far it can be trusted.

    `quality` is the share of plausible characters for a text layer, the mean confidence by character for OCR.
    `reason` is empty unless `source` is "none". `seconds` is the time spent on the page.
    """

    number: int
    source: Source
    quality: float
    text: str = ""
    reason: str = ""
    lines: tuple[Line, ...] = ()
    unit: Unit = "pt"
    width: float = 0.0
    height: float = 0.0
    seconds: float = 0.0

    def as_dict(self, *, lines: bool = False) -> dict[str, Any]:
        """This function will give the page as the command line prints it; `reason` only when the source is "none"."""
        row: dict[str, Any] = {
            "number": self.number,
            "source": self.source,
            "quality": round(self.quality, 3),
            "text": self.text,
            "seconds": round(self.seconds, 3),
        }
        if self.source == "none":
            row["reason"] = self.reason
        if lines:
            row |= {"unit": self.unit, "width": self.width, "height": self.height}
            row["lines"] = [asdict(line) for line in self.lines]
        return row


@dataclass(frozen=True)
class Document:
    """The pages of one file, and the seconds it took to read them."""

    pages: tuple[Page, ...]
    seconds: float = 0.0

    def as_dict(self, *, lines: bool = False) -> dict[str, Any]:
        """This function will give the document as the command line prints it."""
        return {"pages": [page.as_dict(lines=lines) for page in self.pages], "seconds": round(self.seconds, 3)}


def document_from_dict(data: dict[str, Any]) -> Document:
    """This function will rebuild a document from `Document.as_dict(lines=True)`."""
    return Document(tuple(_page_from_dict(row) for row in data["pages"]), data["seconds"])


def _page_from_dict(row: dict[str, Any]) -> Page:
    lines = tuple(
        Line(line["text"], (line["box"][0], line["box"][1], line["box"][2], line["box"][3]), line["confidence"])
        for line in row.get("lines", ())
    )
    known = {
        name: row[name]
        for name in ("number", "source", "quality", "text", "unit", "width", "height", "seconds")
        if name in row
    }
    return Page(**known, reason=row.get("reason", ""), lines=lines)


def union(boxes: Iterable[Box]) -> Box:
    """This function will give the smallest box around at least one box."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


def slice_box(line: Line, start: int, end: int) -> Box:
    """This function will estimate the box of `line.text[start:end]`, taking an ASCII character as half a wide one."""
    widths = [1.0 if char.isascii() else 2.0 for char in line.text]
    total = sum(widths) or 1.0
    x0, y0, x1, y1 = line.box
    left = x0 + (x1 - x0) * sum(widths[:start]) / total
    return (left, y0, x0 + (x1 - x0) * sum(widths[:end]) / total, y1)


def find_quote(page: Page, quote: str) -> Box | None:
    """This function will find the box of a quotation on its page, blanks and line ends set aside; None if it is not
    there."""
    wanted = re.sub(r"\s", "", quote)
    spots = [
        (index, at) for index, line in enumerate(page.lines) for at, char in enumerate(line.text) if not char.isspace()
    ]
    joined = "".join(page.lines[index].text[at] for index, at in spots)
    begin = joined.find(wanted) if wanted else -1
    if begin < 0:
        return None
    parts: dict[int, list[int]] = {}
    for index, at in spots[begin : begin + len(wanted)]:
        parts.setdefault(index, []).append(at)
    return union(slice_box(page.lines[index], at[0], at[-1] + 1) for index, at in parts.items())
