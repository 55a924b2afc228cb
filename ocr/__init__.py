"""Bytes in; text, fields, boxes and confidence out.

The pipeline is one list (`ocr/reading.py`): open the file, pages, text layer or OCR, then page kinds (`ocr/kinds.py`),
fields (`ocr/fields/`) and price tables (`ocr/price_tables.py`). Coordinates run from the top left: PDF points (``pt``)
or image pixels (``px``). This package must never know tenders, bids, people, the database or the clock: it imports no
Django and nothing of ours.
"""

from ocr.pages import Box, Document, Limits, Line, Page, Unreadable, find_quote
from ocr.reading import read_document

__all__ = ["Box", "Document", "Limits", "Line", "Page", "Unreadable", "find_quote", "read_document"]
