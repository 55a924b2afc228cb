"""The bids of a lot as the room shows them: labels (numbers where blind), files by index, names to mask. Reads only."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from evaluation import queries
from evaluation.models import Committee, Page, Reading, ReadingState
from expert_portal.items import blind_evidence
from tendering.models import Bid, Lot, OpenedBid

SHORT = 4  # names shorter than this are not masked: they would hide ordinary words


@dataclass(frozen=True)
class BidFile:
    """One file of a bid. `index` counts from 1 in order of name; `reading` is None until the machine has listed it."""

    index: int
    name: str
    role: str
    sha256: str
    reading: Reading | None

    @property
    def read(self) -> bool:
        return self.reading is not None and self.reading.state == ReadingState.DONE

    @property
    def failed(self) -> bool:
        return self.reading is not None and self.reading.state == ReadingState.FAILED

    @property
    def pages(self) -> int:
        return self.reading.page_count if self.reading else 0


@dataclass(frozen=True)
class RoomBid:
    """A bid under its label: the bidder's name, or in a blind part its number."""

    digest: str
    label: str
    bid: Bid
    opened: OpenedBid


def room_bids(lot: Lot, committee: Committee, *, blind: bool, only: list[str] | None = None) -> list[RoomBid]:
    """Return the opened bids (`only` these): named in reading order, or numbered in an order nobody can guess."""
    rows = [row for row in queries.opened(lot) if only is None or row.bid.bid_digest in only]
    numbers = blind_numbers(committee, [row.bid.bid_digest for row in queries.opened(lot)])
    if blind:
        rows.sort(key=lambda row: numbers[row.bid.bid_digest])
    return [
        RoomBid(
            row.bid.bid_digest,
            _("编号 {number}").format(number=numbers[row.bid.bid_digest]) if blind else row.bid.bidder.name,
            row.bid,
            row,
        )
        for row in rows
    ]


def blind_numbers(committee: Committee, digests: list[str]) -> dict[str, int]:
    """Return digest → number from 1. The order depends on the seed of the committee's draw, secret until the result."""
    seed = str(committee.draw.get("seed", committee.pk))
    order = sorted(digests, key=lambda digest: hashlib.sha256(f"blind/{seed}/{digest}".encode()).hexdigest())
    return {digest: number for number, digest in enumerate(order, start=1)}


def find_bid(lot: Lot, digest: str) -> OpenedBid:
    """Return an opened bid of the lot. :raises Http404: there is none of this digest"""
    for row in queries.opened(lot):
        if row.bid.bid_digest == digest:
            return row
    raise Http404(digest)


def files_of(opened: OpenedBid) -> list[BidFile]:
    """Return the bid's files by name, with what the machine did with each."""
    readings = {reading.name: reading for reading in Reading.objects.filter(bid_id=opened.bid_id)}
    listed = sorted(opened.manifest.get("files", []), key=lambda file: file["name"])
    return [
        BidFile(index, file["name"], file["role"], file["hash"], readings.get(file["name"]))
        for index, file in enumerate(listed, start=1)
    ]


def find_file(opened: OpenedBid, index: int) -> BidFile:
    """Return the file of this index. :raises Http404: the bid has none"""
    files = files_of(opened)
    if not 1 <= index <= len(files):
        raise Http404(str(index))
    return files[index - 1]


def path_of(lot: Lot, opened: OpenedBid, file: BidFile) -> Path:
    """Return where the file lies. :raises Http404: it is not there, or its name leads elsewhere"""
    root = (Path(settings.OPENED_ROOT) / lot.code / opened.bid.bid_digest).resolve()
    path = (root / file.name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise Http404(file.name)
    return path


def is_blind(lot: Lot, file: BidFile) -> bool:
    """Whether names are masked in this file, for whichever item it is looked at."""
    return file.role in blind_evidence(queries.scheme_of(lot))


def giveaways(bid: Bid) -> re.Pattern[str]:
    """Return what must not be seen in a blind file: the bidder's names and code."""
    words = {bid.bidder.name, bid.bidder.short_name, bid.bidder.uscc}
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word) >= SHORT))


def masks_of(page: Page | None, bid: Bid) -> list[Any]:
    """Return the boxes of the lines that give the bidder away."""
    found = giveaways(bid)
    lines = page.lines if page is not None else []
    return [line["box"] for line in lines if found.search(re.sub(r"\s", "", line["text"]))]


def masked(text: str, bid: Bid) -> str:
    """Return the text with the bidder's names and code blacked out."""
    return giveaways(bid).sub(lambda found: "■" * len(found.group()), text)
