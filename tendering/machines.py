"""The marks of the computers that bids were made on (exchange standard, table 519), as their bidders sealed them.

For the trading centre and the supervisor, only once the lot is opened. A mark that stands in the bids of different
bidders is pointed out; what it means is for people to find out (BR-40). Reads only.
"""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from lawbook.words import gettext_noop as _
from sealing.machine import FIELDS
from sealing.manifest import read_manifest
from suites import Refused as SealRefused
from tendering import bid_queries
from tendering.models import Lot, OpenedBid
from tendering.opened_contents import MANIFEST

WORDS = {
    "CPU_ID": _("CPU 序列号"),
    "HARD_DISK_SERIAL_NUMBER": _("硬盘序列号"),
    "MEMORY_SERIAL_NUMBER": _("内存序列号"),
    "NET_ID": _("IP 地址"),
    "MAC_ADDRESS": _("网卡 MAC 地址"),
}
assert set(WORDS) == set(FIELDS)


@dataclass(frozen=True)
class Mark:
    """One mark; `shared` where another bidder's bid has it too."""

    text: str
    shared: bool


@dataclass(frozen=True)
class MachineRow:
    """One bid: its bidder, and words of the kind of mark → marks; `told` is False where the client told none."""

    bidder: str
    told: bool
    marks: tuple[tuple[str, tuple[Mark, ...]], ...]


def machines(lot: Lot) -> list[MachineRow]:
    """Return the marks of every opened bid in reading order; nothing before the lot is opened."""
    if lot.opened_at is None:
        return []
    told = [(row.bid.bidder.name, _machine_of(lot, row)) for row in bid_queries.opened_bids(lot)]
    seen = Counter((name, mark) for _bidder, machine in told for name in machine for mark in machine[name])
    return [
        MachineRow(
            bidder,
            bool(machine),
            tuple(
                (WORDS[name], tuple(Mark(mark, seen[name, mark] > 1) for mark in machine.get(name, [])))
                for name in FIELDS
            ),
        )
        for bidder, machine in told
    ]


def _machine_of(lot: Lot, opened: OpenedBid) -> dict[str, list[str]]:
    path = settings.OPENED_ROOT / lot.code / opened.bid.bid_digest / MANIFEST
    try:
        return read_manifest(path.read_bytes()).machine or {}
    except (OSError, SealRefused):
        return {}
