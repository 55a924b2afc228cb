"""The draw as its pages show it: the pools before it, the record after it, recomputed. Reads only.

Until the opening has published the bidders' names, nothing here may depend on who bid (BL-22): pools are counted
before recusal, and the recorded pools and orders stay closed.
"""

from dataclasses import dataclass
from typing import Any

from centre_portal import words
from evaluation import queries
from evaluation.models import Committee, Member
from evaluation.operations.draw_committee import inputs_of, seats_of
from evaluation.operations.succession import orders_of, supplements_of
from evaluation.rules.committee import MemberKind, eligible
from evaluation.rules.draw import record_reasons, specialty_at
from lawbook import procedure
from lawbook.reasons import Reason
from ledger import clock
from tendering.models import Lot
from tendering.rules.calendars import legal_day

NAMES_CLOSED = frozenset({"draft", "submitted", "accepted", "announced", "closed"})


@dataclass(frozen=True)
class Pool:
    """The pool of one specialty; `free` without those recused, None while that would tell who bid."""

    specialty: str
    size: int
    free: int | None

    @property
    def recused(self) -> int | None:
        """How many must not be drawn."""
        return None if self.free is None else self.size - self.free


def names_public(lot: Lot) -> bool:
    """Whether the opening has published who bids."""
    return lot.stage not in NAMES_CLOSED and not (lot.stage in ("failed", "terminated") and lot.opened_at is None)


def pools(lot: Lot) -> list[Pool]:
    """Return the pools that a committee of this lot is drawn from."""
    day, parties, known = legal_day(clock.now()), queries.parties(lot), names_public(lot)
    found = []
    for code in procedure(lot.project.procedure).committee.specialties:
        everybody = queries.pool(lot, code)
        free = len(eligible(everybody, parties, on=day)) if known else None
        found.append(Pool(words.specialty(code), len(everybody), free))
    return found


def called(committee: Committee) -> list[Member]:
    """Return everybody who was ever called, by seat, replaced ones before their successors."""
    return list(committee.members.select_related("person").order_by("seat", "pk"))


def vacant(committee: Committee) -> list[int]:
    """Return the seats that nobody holds."""
    taken = {member.seat for member in queries.members(committee)}
    return [seat for seat in range(1, committee.size + 1) if seat not in taken]


def is_delegates(committee: Committee, seat: int) -> bool:
    """Whether the seat is the one of the purchaser's representative."""
    return not specialty_at(seats_of(committee), seat)


def recomputed(committee: Committee) -> list[Reason]:
    """Return why the recorded draw does not hold; empty when recomputing it seats the very same people."""
    experts = [member.person.login for member in queries.members(committee) if member.kind == MemberKind.EXPERT]
    record = committee.draw
    return record_reasons(
        seats_of(committee),
        inputs_of(committee),
        committed=record["commitment"],
        seated=experts,
        unavailable=record["unavailable"],
        supplements=supplements_of(committee),
    )


def orders(committee: Committee) -> list[dict[str, Any]]:
    """Return each specialty with its drawn order: place, login, seated, unavailable."""
    record = committee.draw
    gone, counts = set(record["unavailable"]), {row["name"]: row["count"] for row in record["matters"]}
    return [
        {
            "specialty": words.specialty(specialty),
            "count": counts.get(specialty, 0),
            "rows": [
                (place, login, login in record["result"].get(specialty, ()), login in gone)
                for place, login in enumerate(order, start=1)
            ],
        }
        for specialty, order in orders_of(committee).items()
    ]
