"""Fields of documents of known kinds: values as printed, with page, box, confidence and checks."""

from collections.abc import Callable
from pathlib import Path

from ocr.engines import Unavailable, engine_for
from ocr.fields.bid_letter import read_bid_letter
from ocr.fields.business_licence import read_business_licence
from ocr.fields.certificates import TABLES, certificate_reader
from ocr.fields.closer import Closer, page_picture
from ocr.fields.evidence import Check, Field
from ocr.pages import Document, Limits, Page, Unreadable
from ocr.reading import read_document

__all__ = ["KINDS", "Check", "Field", "fields_of", "read_fields"]

Reader = Callable[[Page, Closer | None], dict[str, Field]]

# Kind of document → how one page of it is read.
KINDS: dict[str, Reader] = {
    "business_licence": read_business_licence,
    "bid_letter": read_bid_letter,
} | {kind: certificate_reader(kind) for kind in TABLES}


def fields_of(document: Document, kind: str) -> dict[str, Field]:
    """This function will give the fields of a document that has been read: of each field the surest value on any
    page."""
    return _merged([KINDS[kind](page, None) for page in document.pages if page.lines])


def read_fields(path: Path, kind: str, *, limits: Limits | None = None) -> dict[str, Field]:
    """This function will read a file with the exact OCR model and give its fields, looking closer where a value is
    unsure.

    :raises Unreadable: the file, or every page of it, cannot be read
    """
    bounds = limits or Limits()
    document = read_document(path, limits=bounds, size="small")
    readable = [page for page in document.pages if page.lines]
    if not readable:
        raise Unreadable(document.pages[0].reason or "no page has any text")
    return _merged([KINDS[kind](page, _look_at(path, page, bounds)) for page in readable])


def _look_at(path: Path, page: Page, limits: Limits) -> Closer | None:
    if page.source != "ocr":
        return None
    try:
        return Closer(page_picture(path, page, limits), page, (engine_for("small"), engine_for("tiny")))
    except Unavailable:
        return None


def _merged(pages: list[dict[str, Field]]) -> dict[str, Field]:
    merged: dict[str, Field] = {}
    for fields in pages:
        for name, field in fields.items():
            if name not in merged or field.confidence > merged[name].confidence:
                merged[name] = field
    return merged
