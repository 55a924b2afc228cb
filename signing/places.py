"""Where a seal is set: over a word of the document, as people do it, or in the lower right corner. Points from the

lower left of the page.
"""

from dataclasses import dataclass

import pypdfium2

from signing.seal import SIDE

MARGIN = 40


@dataclass(frozen=True)
class Place:
    """Page, counted from 0, and box (left, bottom, right, top)."""

    page: int
    box: tuple[int, int, int, int]


def place_over(pdf: bytes, word: str, *, side: float = SIDE) -> Place:
    """Return the place for a seal over the last occurrence of `word`, kept on its page; else ("" or not found)

    the lower right corner of the last page.

    :raises ValueError: the bytes are no PDF, or it has no page
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
        last = len(document) - 1
        for number in range(last, -1, -1):
            page = document[number]
            if found := _last_box(page, word) if word else None:
                left, bottom, right, top = found
                return _around(number, (left + right) / 2, (bottom + top) / 2, page.get_size(), side)
        width, _height = document[last].get_size()
    except pypdfium2.PdfiumError as error:
        raise ValueError(f"not a PDF: {error}") from error
    return _around(last, width - MARGIN - side / 2, MARGIN + side / 2, document[last].get_size(), side)


def _last_box(page: pypdfium2.PdfPage, word: str) -> tuple[float, float, float, float] | None:
    text = page.get_textpage()
    finder, found = text.search(word, match_case=True), None
    while hit := finder.get_next():
        found = hit
    if found is None:
        return None
    start, count = found
    boxes = [text.get_charbox(place) for place in range(start, start + count)]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _around(page: int, x: float, y: float, size: tuple[float, float], side: float) -> Place:
    half = side / 2
    x = min(max(x, half + 6), size[0] - half - 6)
    y = min(max(y, half + 6), size[1] - half - 6)
    left, bottom, whole = round(x - half), round(y - half), round(side)
    return Place(page, (left, bottom, left + whole, bottom + whole))
