"""What every page of the room knows: the seat, the phase's items, the bids to judge, how far one is. Reads only."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404

from evaluation import outcome, queries
from evaluation.models import Sheet
from expert_portal.bids import RoomBid, room_bids
from expert_portal.items import Items, RoomItem, items_of
from expert_portal.marks import Marks, is_done, marks_of, missing
from expert_portal.seats import REVIEWS, Seat
from lawbook.reasons import Reason


@dataclass(frozen=True)
class Work:
    """One member's work in a phase, present or over."""

    seat: Seat
    phase: str

    @cached_property
    def items(self) -> Items:
        return items_of(queries.scheme_of(self.seat.lot), self.phase)

    @cached_property
    def digests(self) -> list[str]:
        """The bids of the phase, in reading order."""
        if self.phase == queries.PRELIMINARY:
            return queries.opened_digests(self.seat.lot)
        return outcome.passed(self.seat.lot, self.seat.committee)

    @cached_property
    def marks(self) -> Marks:
        if self.phase == self.seat.phase:
            return marks_of(self.seat)
        sheet = Sheet.objects.filter(member=self.seat.member, phase=self.phase).first()
        return dict(sheet.marks) if sheet else {}

    @cached_property
    def blind(self) -> bool:
        """Whether any part of the phase is blind: lists over all items then number the bids."""
        return any(item.blind for item in self.items.all)

    def bids(self, item: RoomItem | None = None) -> list[RoomBid]:
        """Return the bids as this item shows them; without an item, numbered if any item of the phase is blind."""
        blind = self.blind if item is None else item.blind
        return room_bids(self.seat.lot, self.seat.committee, blind=blind, only=self.digests)

    def item(self, code: str) -> RoomItem:
        """Return the item. :raises Http404: not in this phase"""
        try:
            return self.items.get(code)
        except KeyError:
            raise Http404(code) from None

    @cached_property
    def missing(self) -> list[tuple[str, str]]:
        return missing(self.items, self.digests, self.marks)

    @property
    def total(self) -> int:
        return len(self.items.all) * len(self.digests)

    @property
    def done(self) -> int:
        return self.total - len(self.missing)

    def tree(self) -> list[dict[str, Any]]:
        """Return the groups with their items: how many bids are done of each, and one's mark where there is one bid."""
        return [
            {
                "group": group,
                "done": sum(self._done(item) == len(self.digests) for item in group.items),
                "items": [{"item": item, "done": self._done(item), "full": self._full(item)} for item in group.items],
            }
            for group in self.items.groups
        ]

    def _done(self, item: RoomItem) -> int:
        return sum(is_done(item, self.marks.get(digest, {}).get(item.code)) for digest in self.digests)

    def _full(self, item: RoomItem) -> bool:
        return self._done(item) == len(self.digests)

    def told(self, reasons: list[Reason]) -> list[Reason]:
        """Return the reasons with labels in the place of digests, those of one item together."""
        labels = {bid.digest: bid.label for bid in self.bids()}
        together: dict[tuple[Any, ...], list[str]] = {}
        for reason in reasons:
            rest = tuple(sorted((k, v) for k, v in reason.values.items() if k != "bid"))
            key = (reason.code, reason.text, reason.law, rest)
            together.setdefault(key, []).extend([reason.values["bid"]] if "bid" in reason.values else [])
        return [
            Reason(
                code, text, law, dict(rest) | ({"bid": "、".join(labels.get(b, b[:8]) for b in bids)} if bids else {})
            )
            for (code, text, law, rest), bids in together.items()
        ]


def work_of(seat: Seat) -> Work:
    """Return the member's work. :raises Http404: no review is under way"""
    if seat.phase not in REVIEWS or not seat.pledged:
        raise Http404(seat.lot.code)
    return Work(seat, seat.phase)


def frame(seat: Seat, page: str) -> dict[str, Any]:
    """Return what the room's frame needs; `page` is the tab that is current."""
    return {"lot": seat.lot, "seat": seat, "tab": page, "report": queries.report_of(seat.lot)}
