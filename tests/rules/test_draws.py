"""The verifiable draw: the same inputs give the same order everywhere, any change gives another, and it is fair."""

import doctest
import hashlib
import json
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.draw import DrawInvalid, Seats, draw_experts, record_reasons
from tendering.rules import draws
from tendering.rules.draws import DrawRefused, Inputs, Matter, below, commitment, held, order, records, seed_matches
from tendering.rules.draws import __main__ as command

SEED = bytes(range(32))
INPUTS = Inputs("E4420000001000123001001/experts", SEED, ("阳光", "公正"), "checkpoint")
HEAD = {"size": 41, "root": "ab" * 32}
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


# (n, the numbers of the stream, what comes out): at the edge of the last full multiple of n below 2**64
EDGES = [
    (1, [2**64 - 1], 0),  # every number counts, nothing is thrown away
    (2, [2**64 - 1], 1),
    (3, [2**64 - 1, 2**64 - 2], 2),  # 2**64 = 3 · 6148914691236517205 + 1: only the very last is thrown away
    (3, [2**64 - 2], 2),
    (10, [2**64 - 6, 7], 7),  # 2**64 ends in 6: the last six are thrown away …
    (10, [2**64 - 7, 7], 9),  # … and the one before them counts
    (2**63, [2**64 - 1], 2**63 - 1),
    (2**63 + 1, [2**63 + 1, 2**63], 2**63),  # just over half: nearly half of all are thrown away
    (2**64, [2**64 - 1], 2**64 - 1),
]


@pytest.mark.parametrize(("count", "stream", "wanted"), EDGES)
def test_rejection_sampling_at_its_edges(count: int, stream: list[int], wanted: int):
    assert below(iter(stream), count) == wanted


@pytest.mark.parametrize("count", [0, -1, 2**64 + 1])
def test_there_is_nothing_below_such_a_number(count: int):
    with pytest.raises(DrawRefused):
        below(iter([1]), count)


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


def chi_square(counts: list[int], expected: float) -> float:
    return sum((count - expected) ** 2 / expected for count in counts)


def test_every_candidate_reaches_every_place_equally_often():
    """Chi-square over candidate × place, 16 degrees of freedom; the seeds are fixed, so the figure never changes.

    Expected 16, the bound is the 99.9 % quantile.
    """
    places = Counter(
        (place, name)
        for number in range(5000)
        for place, name in enumerate(order(POOL[:5], other(checkpoint=str(number))))
    )
    figure = chi_square([places[place, name] for place in range(5) for name in POOL[:5]], 1000)
    assert len(places) == 25 and figure < 39.25, figure


def test_all_permutations_come_equally_often():
    """Chi-square over the 24 orders of four, 23 degrees of freedom, 99.9 % quantile 49.73; seeds differ, too."""
    drawn = Counter(order(POOL[:4], other(seed=number.to_bytes(32, "big"))) for number in range(12_000))
    assert len(drawn) == 24 and chi_square(list(drawn.values()), 500) < 49.73


def test_the_bits_of_the_stream_are_even():
    """Chi-square over the bytes of 4,000 numbers, 255 degrees of freedom, 99.9 % quantile 330.5."""
    stream = draws.numbers(INPUTS)
    octets = Counter(octet for _ in range(4000) for octet in next(stream).to_bytes(8, "big"))
    assert chi_square([octets[value] for value in range(256)], 4000 * 8 / 256) < 330.5


def test_rejection_matters_where_a_plain_remainder_would_be_biased():
    """Below 3 · 2**62 a plain remainder would fall under 2**62 half of the time instead of a third."""
    count, stream = 3 * 2**62, draws.numbers(INPUTS)
    low = sum(below(stream, count) < 2**62 for _ in range(3000))
    assert abs(low - 1000) < 90  # 3.5 standard deviations


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


def record(**changes: object) -> dict:
    made = draws.make_record(
        [Matter("k1", ("0.95", "0.96", "0.97")), Matter("q", ("0.3", "0.4", "0.5"))],
        purpose="E4420000001000123001001/coefficients",
        seed=SEED,
        committed=commitment(SEED),
        contributions=("阳光", "公正"),
        checkpoint=HEAD,
    )
    return {**made, **changes}


def test_the_worked_example_in_the_docstring_holds():
    assert doctest.testmod(records).failed == 0 and doctest.testmod(records).attempted >= 2


def test_a_record_recomputes_to_its_result():
    made = record()
    assert draws.problems(made) == []
    assert draws.recompute(made) == made["result"]
    assert draws.problems(json.loads(json.dumps(made))) == []
    assert set(made["result"]) == {"k1", "q"} and all(len(drawn) == 1 for drawn in made["result"].values())


def flipped(value: object) -> object:
    """Return something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("0" if value[-1] != "0" else "1") if isinstance(value, str) else value


@pytest.mark.parametrize(
    "place", ["purpose", "commitment", "seed", "contributions.0", "checkpoint.size", "checkpoint.root"]
)
def test_a_changed_ingredient_is_noticed(place: str):
    """With 60 candidates in the order, no change leaves the result as it was by chance."""
    names = tuple(f"{number:02d}" for number in range(60))
    made = draws.make_record(
        [Matter("lot", names, 60)],
        purpose="P",
        seed=SEED,
        committed=commitment(SEED),
        contributions=("一", "二"),
        checkpoint=HEAD,
    )
    changed = deepcopy(made)
    *path, last = place.split(".")
    part: object = changed
    for step in path:
        part = part[step]
    key = int(last) if last.isdigit() else last
    part[key] = flipped(part[key])
    assert draws.problems(changed)


def test_a_changed_result_is_told_with_what_it_should_be():
    (reason,) = draws.problems(record(result={**record()["result"], "q": ["0.9"]}))
    assert reason.code == "draw_result" and reason.values["matter"] == "q"
    assert reason.values["wanted"] == record()["result"]["q"][0]


def test_nothing_is_drawn_from_another_seed_or_from_too_few():
    with pytest.raises(DrawRefused, match="committed"):
        draws.make_record(
            [Matter("a", ("1",))], purpose="P", seed=SEED, committed="0" * 64, contributions=(), checkpoint=HEAD
        )
    with pytest.raises(DrawRefused, match="too few"):
        draws.make_record(
            [Matter("a", ("1",), 2)],
            purpose="P",
            seed=SEED,
            committed=commitment(SEED),
            contributions=(),
            checkpoint=HEAD,
        )


def test_an_exclusive_draw_passes_over_who_is_drawn_already():
    matters = [Matter("a", POOL[:3], 2), Matter("b", POOL[:3], 1)]
    drawn = held(matters, INPUTS, exclusive=True)
    assert len({*drawn["a"], *drawn["b"]}) == 3
    gone = drawn["a"][0]
    assert gone not in held(matters[:1], INPUTS, unavailable=[gone])["a"]


def test_the_lots_of_an_award_are_drawn_by_the_same_function():
    bids = tuple(hashlib.sha256(bytes([number])).hexdigest() for number in range(7))
    drawn = held([Matter("lot", bids, 3)], INPUTS)["lot"]
    assert len(set(drawn)) == 3 and set(drawn) <= set(bids)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*record(), "x"]), inner, max_size=6),
    max_leaves=20,
)


@given(junk=JSON)
def test_no_record_crashes_the_recomputation(junk: object):
    assert isinstance(draws.problems(junk), list)
    for member in record():
        assert isinstance(draws.problems(record(**{member: junk})), list)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("contributions", ["\ud800"]),
        ("contributions", [1]),
        ("checkpoint", {"size": True, "root": "00" * 32}),
        ("checkpoint", {"size": 1, "root": "ZZ"}),
        ("seed", "00"),
        ("format", "gongheng/draw/v2"),
        ("matters", []),
        ("matters", [{"name": "a", "candidates": ["1", "1"], "count": 1}]),
        ("matters", [{"name": "a", "candidates": ["1"], "count": 0}]),
        ("matters", [{"name": "a", "candidates": ["1"], "count": True}]),
        ("matters", [{"name": "a", "candidates": ["1"], "count": 1}] * 2),
    ],
)
def test_what_is_malformed_is_said(member: str, value: object):
    (reason,) = draws.problems(record(**{member: value}))
    assert reason.code == "draw_malformed" and reason.values["detail"]


WATCHED = """
import runpy, sys
sys.argv[0] = "draws"
try:
    runpy.run_module("tendering.rules.draws", run_name="__main__")
finally:
    assert not any(name.split(".")[0] == "django" for name in sys.modules)
"""


def test_the_command_line_recomputes_without_django(tmp_path: Path):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps({"record": record()}, ensure_ascii=False), "utf-8")
    done = subprocess.run([sys.executable, "-c", WATCHED, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recomputed"] == record()["result"]


def test_the_command_line_says_what_does_not_hold(tmp_path: Path, capsys):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(record(result={})), "utf-8")
    assert command.main([str(file)]) == 1
    assert json.loads(capsys.readouterr().out)["holds"] is False
    file.write_text("{", "utf-8")
    assert command.main([str(file)]) == 2
    assert command.main([str(tmp_path / "nowhere")]) == 2
