"""The page that the room shows for one item of one bid: which file, which page, what is highlighted on it. Reads only.

Boxes are in the page's unit, as the overlay's view box is.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from evaluation import queries
from evaluation.models import Page, Suggestion
from expert_portal.bids import BidFile, RoomBid, files_of, is_blind, masked
from expert_portal.items import RoomItem
from tendering.models import Lot


@dataclass(frozen=True)
class Lead:
    """A suggestion under its number, with the file it quotes."""

    number: int
    suggestion: Suggestion
    file: int
    quote: str


@dataclass(frozen=True)
class Mark:
    """A numbered box on the page."""

    number: int
    x: float
    y: float
    width: float
    height: float
    on: bool
    tag_x: float  # its number stands left of it, where there is room


@dataclass(frozen=True)
class Shown:
    """What lies on the desk: files, the chosen one, its page (None where the machine has none), text, boxes, leads."""

    files: list[BidFile]
    file: BidFile | None
    number: int
    page: Page | None
    text: str
    leads: list[Lead]
    active: int
    blind: bool

    @property
    def boxes(self) -> list[Mark]:
        """The leads that quote this very page."""
        if self.page is None or self.file is None:
            return []
        return [
            _mark(lead, self.active, self.tag)
            for lead in self.leads
            if lead.file == self.file.index and lead.suggestion.page == self.number
        ]

    @property
    def count(self) -> int:
        return self.file.pages if self.file else 0

    @property
    def before(self) -> int:
        return self.number - 1 if self.number > 1 else 0

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.count else 0

    @property
    def tag(self) -> float:
        """The side of the square that a number stands in, in the page's unit."""
        return round((self.page.height if self.page else 842) / 52, 1)

    @property
    def tag_middle(self) -> float:
        return round(self.tag / 2, 1)

    @property
    def tag_base(self) -> float:
        return round(self.tag * 0.78, 1)

    @property
    def tag_letter(self) -> float:
        return round(self.tag * 0.75, 1)


def _mark(lead: Lead, active: int, tag: float) -> Mark:
    x0, y0, x1, y1 = lead.suggestion.box
    return Mark(lead.number, x0, y0, x1 - x0, y1 - y0, lead.number == active, round(max(0.0, x0 - tag), 1))


def shown(lot: Lot, bid: RoomBid, item: RoomItem, asked: QueryDict) -> Shown:
    """Return what to show: what was asked for by `file`, `page`, `lead`; else the surest lead, else a fitting file."""
    files = files_for(lot, bid, item)
    leads = leads_of(lot, bid, item, files)
    active = _number(asked.get("lead"), len(leads))
    lead = leads[active - 1] if active else (leads[0] if leads else None)
    by_index = {file.index: file for file in files}
    index, number = _number(asked.get("file"), 100_000), _number(asked.get("page"), 100_000)
    if index not in by_index and lead is not None:
        index, number, active = lead.file, number or lead.suggestion.page, lead.number
    file = by_index.get(index) or _fitting(files, item)
    number = min(number or 1, max(file.pages, 1)) if file else 1
    page = Page.objects.filter(reading=file.reading, number=number).first() if file and file.read else None
    blind = file is not None and is_blind(lot, file)
    text = page.text if page else ""
    return Shown(files, file, number, page, masked(text, bid.bid) if blind else text, leads, active, blind)


def files_for(lot: Lot, bid: RoomBid, item: RoomItem) -> list[BidFile]:
    """Return the bid's files; for a blind item only those whose names are masked, so that none tells whose it is."""
    files = files_of(bid.opened)
    if not item.blind:
        return files
    return [replace(file, name=masked(file.name, bid.bid)) for file in files if is_blind(lot, file)]


def leads_of(lot: Lot, bid: RoomBid, item: RoomItem, files: list[BidFile]) -> list[Lead]:
    """Return the suggestions for the item, the surest first; quotations of blind files without names."""
    by_reading = {file.reading.pk: file for file in files if file.reading}
    found: list[Lead] = []
    for suggestion in queries.suggestions([bid.bid.pk], item.code):
        file = by_reading.get(suggestion.reading_id)
        if file is None:
            continue
        quote = masked(suggestion.quote, bid.bid) if is_blind(lot, file) else suggestion.quote
        found.append(Lead(len(found) + 1, suggestion, file.index, quote))
    return found


def _number(text: str | None, most: int) -> int:
    """Return a number of 1..most from an address; 0 when there is none to read."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return 0
    return int(text) if 1 <= int(text) <= most else 0


def _fitting(files: list[BidFile], item: RoomItem) -> BidFile | None:
    fitting = [file for role in item.evidence for file in files if file.role == role]
    return next(iter(fitting or files), None)


def progress(lot: Lot) -> dict[str, Any]:
    """Return how far the machine is with the lot's files."""
    counts = queries.reading_progress(lot)
    ended = counts["done"] + counts["failed"]
    return {**counts, "ended": ended, "running": ended < counts["files"] or counts["files"] == 0}
