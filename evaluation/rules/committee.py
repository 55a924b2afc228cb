"""Who may sit on a committee and whether its make-up is lawful. Pure; dates are legal days."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

MESSAGES: dict[str, str] = {
    "too_few_members": _("评标委员会应不少于{wanted}人，现有{found}人。"),
    "even_members": _("评标委员会人数应为单数，现有{found}人。"),
    "too_few_experts": _("技术、经济专家应不少于三分之二，现有{experts}/{found}。"),
    "member_twice": _("{person}被重复列入评标委员会。"),
    "several_leaders": _("评标委员会只能有一名负责人。"),
    "relative": _("{person}是投标人主要负责人的近亲属，应当回避。"),
    "supervisor": _("{person}是项目主管部门或行政监督部门的人员，应当回避。"),
    "interest": _("{person}与投标人有经济利益关系，应当回避。"),
    "employer": _("{person}在投标人处任职，应当回避。"),
    "former_employer": _("{person}三年内曾在投标人处任职，应当回避。"),
    "purchaser_staff": _("{person}是招标人或代理机构的人员，不得作为随机抽取的专家。"),
    "bidder_staff": _("{person}代表投标人参加本项目，不得评标。"),
    "punished": _("{person}因招标投标违法行为受过处罚，不得担任评委。"),
}


class MemberKind(StrEnum):
    """What a member sits for."""

    EXPERT = "expert"
    PURCHASER_REPRESENTATIVE = "purchaser_representative"


@dataclass(frozen=True)
class Seat:
    """A member as far as the make-up of the committee looks at it."""

    person: str
    kind: MemberKind
    leader: bool = False


@dataclass(frozen=True)
class FormerEmployer:
    """An organisation (USCC) and the last day of work there."""

    uscc: str
    left_on: date


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is known of a person who may sit. Organisations are USCCs; `relative_of`, `interest_in` as declared."""

    person: str
    employer: str = ""
    former_employers: tuple[FormerEmployer, ...] = ()
    relative_of: frozenset[str] = frozenset()
    interest_in: frozenset[str] = frozenset()
    acts_for: frozenset[str] = frozenset()  # roles held in this very project
    supervises: bool = False
    punished: bool = False


@dataclass(frozen=True)
class Parties:
    """The organisations (USCCs) of one lot: who buys, who bids."""

    buyers: frozenset[str]
    bidders: frozenset[str]


def _reason(code: str, law: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], law, values)


def composition_reasons(seats: Sequence[Seat], *, minimum: int = 5) -> list[Reason]:
    """Return everything unlawful about the make-up (BL-37): size, odd, two thirds experts, nobody twice.

    Example: five members need four experts (2/3 of 5 is 3.33); seven need five.
    """
    found = []
    size = len(seats)
    experts = sum(seat.kind is MemberKind.EXPERT for seat in seats)
    if size < minimum:
        found.append(_reason("too_few_members", "BL-37", wanted=str(minimum), found=str(size)))
    if size % 2 == 0:
        found.append(_reason("even_members", "BL-37", found=str(size)))
    if 3 * experts < 2 * size:
        found.append(_reason("too_few_experts", "BL-37", experts=str(experts), found=str(size)))
    names = [seat.person for seat in seats]
    found += [_reason("member_twice", "BL-37", person=name) for name in sorted(set(names)) if names.count(name) > 1]
    if sum(seat.leader for seat in seats) > 1:
        found.append(_reason("several_leaders", "EC-9"))
    return found


def representatives_allowed(size: int) -> int:
    """Return how many members may represent the purchaser: at most a third, rounded down (BL-37). 5 → 1, 7 → 2."""
    return size // 3


def recusal_reasons(
    candidate: Candidate, parties: Parties, *, on: date, kind: MemberKind = MemberKind.EXPERT, years: int = 3
) -> list[Reason]:
    """Return every ground on which the person must not sit on this lot on that day (EC-12, EP-16, BL-37)."""
    bidders = parties.bidders
    since = _years_before(on, years)
    former = {job.uscc for job in candidate.former_employers if job.left_on >= since}
    own_organisations = {candidate.employer, *candidate.acts_for}
    drawn = kind is MemberKind.EXPERT
    grounds: tuple[tuple[bool, str, str], ...] = (
        (bool(candidate.relative_of & bidders), "relative", "EC-12"),
        (candidate.supervises, "supervisor", "EC-12"),
        (bool(candidate.interest_in & bidders), "interest", "EC-12"),
        (candidate.employer in bidders, "employer", "EP-16"),
        (bool(former & bidders), "former_employer", "EP-16"),
        (drawn and bool(own_organisations & parties.buyers), "purchaser_staff", "BL-37"),
        (bool(candidate.acts_for & bidders), "bidder_staff", "BL-37"),
        (candidate.punished, "punished", "EC-12"),
    )
    return [_reason(code, law, person=candidate.person) for applies, code, law in grounds if applies]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def eligible(
    candidates: Iterable[Candidate], parties: Parties, *, on: date, wanted: Callable[[Candidate], bool] = lambda _: True
) -> tuple[str, ...]:
    """Return who may be drawn: no ground of recusal and `wanted` (specialty, region, avoid list); sorted."""
    return tuple(sorted(one.person for one in candidates if wanted(one) and not recusal_reasons(one, parties, on=on)))
