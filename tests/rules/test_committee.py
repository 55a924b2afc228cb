"""Who may sit: beyond the worked examples."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.committee import (
    Candidate,
    MemberKind,
    Parties,
    Seat,
    composition_reasons,
    eligible,
    recusal_reasons,
    representatives_allowed,
)

PARTIES = Parties(frozenset({"p"}), frozenset({"b"}))
ON = date(2024, 2, 29)


@given(size=st.integers(5, 31).filter(lambda size: size % 2 == 1))
def test_the_allowed_number_of_representatives_is_lawful_and_one_more_is_not(size: int):
    def seats(representatives: int) -> list[Seat]:
        kinds = [MemberKind.PURCHASER_REPRESENTATIVE] * representatives + [MemberKind.EXPERT] * (size - representatives)
        return [Seat(str(number), kind) for number, kind in enumerate(kinds)]

    assert composition_reasons(seats(representatives_allowed(size))) == []
    codes = {reason.code for reason in composition_reasons(seats(representatives_allowed(size) + 1))}
    assert codes == {"too_few_experts"}


def test_one_person_on_two_seats_and_two_leaders_are_refused():
    seats = [Seat("e", MemberKind.EXPERT, leader=True)] * 2 + [Seat(str(n), MemberKind.EXPERT) for n in range(3)]
    assert {reason.code for reason in composition_reasons(seats)} == {"member_twice", "several_leaders"}


def test_a_purchasers_representative_comes_from_the_purchaser_and_may_not_be_drawn():
    staff = Candidate(person="x", employer="p")
    assert recusal_reasons(staff, PARTIES, on=ON, kind=MemberKind.PURCHASER_REPRESENTATIVE) == []
    assert [reason.code for reason in recusal_reasons(staff, PARTIES, on=ON)] == ["purchaser_staff"]


def test_only_those_without_any_ground_may_be_drawn():
    pool = [
        Candidate(person="free"),
        Candidate(person="bids", acts_for=frozenset({"b"})),
        Candidate(person="watches", supervises=True),
        Candidate(person="punished", punished=True),
        Candidate(person="elsewhere", employer="z"),
    ]
    assert eligible(pool, PARTIES, on=ON) == ("elsewhere", "free")
    assert eligible(pool, PARTIES, on=ON, wanted=lambda one: one.person != "free") == ("elsewhere",)
