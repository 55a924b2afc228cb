"""The verifiable draw: the same inputs give the same order everywhere, any change gives another, and it is fair."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.draw import DrawInvalid, Seats, draw_experts, record_reasons
from tendering.rules import draws
from tendering.rules.draws import DrawRefused, Inputs, below, commitment, order, pick, seed_matches

SEED = bytes(range(32))
INPUTS = Inputs("E4420000001000123001001/experts", SEED, ("阳光", "公正"), "checkpoint")
POOL = tuple(f"expert{number:02d}" for number in range(20))


def other(**changes: object) -> Inputs:
    members = {name: getattr(INPUTS, name) for name in Inputs.__dataclass_fields__}
    return Inputs(**{**members, **changes})  # type: ignore[arg-type]


def test_the_first_number_of_the_stream_is_what_the_description_says():
    """Computed here from the description alone, without the module's own steps."""

    def field(text: bytes) -> bytes:
        return len(text).to_bytes(4, "big") + text

    material = b"gongheng/draw/v1" + field(INPUTS.purpose.encode()) + field(SEED) + (2).to_bytes(4, "big")
    material += field("阳光".encode()) + field("公正".encode()) + field(b"checkpoint")
    key = hashlib.sha256(material).digest()
    block = hashlib.sha256(key + bytes(8)).digest()
    expected = [int.from_bytes(block[start : start + 8], "big") for start in (0, 8, 16, 24)]
    stream = draws.numbers(INPUTS)
    assert [next(stream) for _ in range(4)] == expected
    second = hashlib.sha256(key + (1).to_bytes(8, "big")).digest()
    assert next(stream) == int.from_bytes(second[:8], "big")


def test_numbers_beyond_the_last_full_multiple_are_thrown_away():
    limit = 2**64 - 2**64 % 10
    assert below(iter([limit, limit + 5, 23]), 10) == 3
    with pytest.raises(DrawRefused):
        below(iter([1]), 0)


@given(candidates=st.sets(st.sampled_from(POOL), min_size=1), shuffle=st.randoms(use_true_random=False))
def test_an_order_is_a_permutation_and_does_not_depend_on_how_candidates_are_given(candidates, shuffle):
    given_order = list(candidates)
    drawn = order(given_order, INPUTS)
    assert sorted(drawn) == sorted(candidates)
    shuffle.shuffle(given_order)
    assert order(given_order, INPUTS) == drawn


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "another lot"},
        {"seed": bytes(32)},
        {"contributions": ("公正", "阳光")},
        {"contributions": ("阳光公正",)},
        {"contributions": ("阳光", "公正", "")},
        {"checkpoint": "another"},
    ],
)
def test_any_other_input_gives_another_order(changes: dict[str, object]):
    assert order(POOL, other(**changes)) != order(POOL, INPUTS)


def test_every_place_is_reached_equally_often():
    firsts = Counter(pick(POOL[:5], other(checkpoint=str(number))) for number in range(2000))
    assert set(firsts) == set(POOL[:5])
    assert all(330 <= count <= 470 for count in firsts.values())


def test_the_seed_is_bound_by_its_commitment():
    assert seed_matches(SEED, commitment(SEED))
    assert not seed_matches(bytes(32), commitment(SEED))
    assert not seed_matches(SEED[:-1], commitment(SEED))
    with pytest.raises(DrawRefused):
        order(POOL, other(seed=b"short"))


@pytest.mark.parametrize("candidates", [[], ["one", "one"]])
def test_a_pool_must_name_everybody_once(candidates: list[str]):
    with pytest.raises(DrawRefused):
        order(candidates, INPUTS)


WANTED = (Seats("construction_technology", 3, POOL[:12]), Seats("construction_cost", 2, POOL[8:]))


def test_experts_are_seated_by_specialty_and_nobody_twice():
    drawn = draw_experts(WANTED, INPUTS)
    assert [len(drawn.seated[seats.specialty]) for seats in WANTED] == [3, 2]
    assert len(set(drawn.members)) == 5
    assert set(drawn.seated["construction_technology"]) <= set(POOL[:12])


def test_who_refuses_is_followed_by_the_next_in_order():
    first = draw_experts(WANTED[:1], INPUTS)
    refused = first.members[1]
    again = draw_experts(WANTED[:1], INPUTS, unavailable=[refused])
    ordered = first.orders["construction_technology"]
    assert again.members == (ordered[0], ordered[2], ordered[3])


def test_a_pool_that_does_not_suffice_is_told_for_every_specialty():
    with pytest.raises(DrawInvalid) as caught:
        draw_experts((Seats("a", 3, POOL[:2]), Seats("b", 1, ())), INPUTS)
    assert [reason.values["specialty"] for reason in caught.value.reasons] == ["a", "b"]
    with pytest.raises(DrawInvalid) as caught:
        draw_experts((Seats("a", 0, POOL),), INPUTS)
    assert caught.value.codes == {"nothing_wanted"}


def test_a_recorded_draw_holds_only_as_it_was():
    members = draw_experts(WANTED, INPUTS).members
    committed = commitment(SEED)
    assert record_reasons(WANTED, INPUTS, committed=committed, seated=members) == []
    stranger = next(person for person in POOL if person not in members)
    swapped = (stranger, *members[1:])
    found = record_reasons(WANTED, INPUTS, committed=commitment(bytes(32)), seated=swapped)
    assert {reason.code for reason in found} == {"seed_mismatch", "called_out_of_turn"}
    assert {reason.values["person"] for reason in found if reason.values} == {stranger, members[0]}
