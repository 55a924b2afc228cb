"""The draw of experts: seats by specialty from one verifiable order, with refusals refilled. Pure.

The order comes from `tendering.rules.draws`; here it is read: who is seated, who is called next, whether it adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from tendering.rules import draws

MESSAGES: dict[str, str] = {
    "pool_too_small": _("{specialty}专业可抽取的专家只有{found}人，不足{wanted}人，请扩大抽取范围。"),
    "called_out_of_turn": _("{person}不在抽取顺序的当前位置，抽取记录无效。"),
    "seed_mismatch": _("公布的种子与事先承诺不一致，抽取无效。"),
    "nothing_wanted": _("请至少抽取一名专家。"),
}


class DrawInvalid(Refused):
    """The draw cannot be made, or a record of one does not hold; every reason is told."""


@dataclass(frozen=True)
class Seats:
    """How many are drawn from one specialty and who may be: `pool` holds names without recusal, each once."""

    specialty: str
    count: int
    pool: tuple[str, ...]

    @property
    def matter(self) -> draws.Matter:
        """The same in the words of the draw."""
        return draws.Matter(self.specialty, self.pool, self.count)


@dataclass(frozen=True)
class ExpertDraw:
    """The outcome: specialty → the whole order, and who is seated now, in order."""

    orders: Mapping[str, tuple[str, ...]]
    seated: Mapping[str, tuple[str, ...]]

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody seated, specialty by specialty."""
        return tuple(person for persons in self.seated.values() for person in persons)


def draw_experts(wanted: Sequence[Seats], inputs: draws.Inputs, *, unavailable: Sequence[str] = ()) -> ExpertDraw:
    """Return who sits: of each specialty the first of its order who are not unavailable and not seated already.

    `unavailable` lists who refused or was recused after being called. Adding a name only moves the next ones up,
    so a draw with refills is recomputed by calling this again with the same inputs.

    :raises DrawInvalid: where a pool does not suffice
    """
    matters = [seats.matter for seats in wanted]
    seated = draws.held(matters, inputs, exclusive=True, unavailable=unavailable)
    reasons = [] if any(seats.count for seats in wanted) else [_reason("nothing_wanted")]
    for seats in wanted:
        found = len(seated[seats.specialty])
        if found < seats.count:
            values = {"specialty": seats.specialty, "found": str(found), "wanted": str(seats.count)}
            reasons.append(_reason("pool_too_small", **values))
    if reasons:
        raise DrawInvalid(reasons)
    return ExpertDraw(draws.orders(matters, inputs), seated)


def record_reasons(
    wanted: Sequence[Seats],
    inputs: draws.Inputs,
    *,
    committed: str,
    seated: Sequence[str],
    unavailable: Sequence[str] = (),
    supplements: Sequence[Mapping[str, Any]] = (),
) -> list[Reason]:
    """Return why a recorded draw does not hold: a seed is another, or somebody else would have been seated.

    A seat may be vacant; who sits must be the first of the order who are not unavailable. `supplements` are the
    records of supplementary draws: their orders follow the main one.
    """
    found = [] if draws.seed_matches(inputs.seed, committed) else [_reason("seed_mismatch")]
    broken = [reason for record in supplements for reason in draws.problems(record)]
    if broken:
        return [*found, *broken]
    if any(record["seed"] != inputs.seed.hex() for record in supplements):
        found.append(_reason("seed_mismatch"))
    orders = whole_orders(wanted, inputs, supplements=supplements)
    again = {person for seats in wanted for person in _turn(seats, orders[seats.specialty], seated, unavailable)}
    strangers = sorted(set(seated) ^ again)
    return [*found, *(_reason("called_out_of_turn", person=person) for person in strangers)]


def _turn(seats: Seats, order: Sequence[str], seated: Sequence[str], unavailable: Sequence[str]) -> list[str]:
    taken = min(seats.count, len(set(order) & set(seated)))
    return [person for person in order if person not in set(unavailable)][:taken]


def whole_orders(
    wanted: Sequence[Seats], inputs: draws.Inputs, *, supplements: Sequence[Mapping[str, Any]] = ()
) -> dict[str, tuple[str, ...]]:
    """Return specialty → the order in which its experts are called: the drawn one, then those of supplementary draws.

    A supplementary draw is of the same seed, lines and head; its matter is `specialty/n`, so that its order is its own.
    """
    orders = draws.orders([seats.matter for seats in wanted], inputs)
    for record in supplements:
        for row in record["matters"]:
            matter = draws.Matter(row["name"], tuple(row["candidates"]), row["count"])
            specialty = specialty_of(matter.name)
            orders[specialty] = orders.get(specialty, ()) + draws.orders([matter], inputs)[matter.name]
    return orders


def specialty_of(matter: str) -> str:
    """Return the specialty of a supplementary matter: `construction_cost/1` → `construction_cost`."""
    return matter.rpartition("/")[0]


def specialty_at(wanted: Sequence[Seats], seat: int) -> str:
    """Return the specialty that the seat (from 1) was drawn from: seats are given specialty by specialty; "" if none.

    >>> specialty_at([Seats("works", 3, ()), Seats("cost", 2, ())], 4)
    'cost'
    """
    last = 0
    for seats in wanted:
        last += seats.count
        if seat <= last:
            return seats.specialty
    return ""


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], "EP-13", values)
