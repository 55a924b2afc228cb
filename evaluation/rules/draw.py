"""The draw of experts: seats by specialty from one verifiable order, with refusals refilled. Pure.

The order comes from `tendering.rules.draws`; here it is read: who is seated, who is called next, whether it adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
) -> list[Reason]:
    """Return why a recorded draw does not hold: the seed is another, or somebody else would have been seated."""
    found = [] if draws.seed_matches(inputs.seed, committed) else [_reason("seed_mismatch")]
    try:
        again = draw_experts(wanted, inputs, unavailable=unavailable)
    except DrawInvalid as refusal:
        return [*found, *refusal.reasons]
    strangers = sorted(set(seated) ^ set(again.members))
    return [*found, *(_reason("called_out_of_turn", person=person) for person in strangers)]


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], "EP-13", values)
