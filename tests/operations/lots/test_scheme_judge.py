"""A scheme that could be announced but never reported is refused before it is announced."""

from copy import deepcopy

from evaluation.scheme_judge import coefficient_sets, problems
from lawbook import scheme


def test_the_ready_made_scheme_may_be_published():
    assert problems(scheme("construction")) == []


def test_a_set_of_several_coefficients_is_drawn_from_at_the_opening():
    data = deepcopy(dict(scheme("construction")))
    assert coefficient_sets(data) == {}
    data["price"]["float_set"] = ["0", "0.02"]
    assert problems(data) == []
    assert coefficient_sets(data) == {"float_ratio": ("0", "0.02")}


def test_what_is_no_scheme_has_nothing_to_draw():
    assert coefficient_sets({}) == {} and coefficient_sets({"price": {"formula": "mean"}}) == {}


def test_a_value_standing_twice_in_a_set_is_refused():
    data = deepcopy(dict(scheme("construction")))
    data["price"]["float_set"] = ["0.02", "0.020"]
    assert {reason.code for reason in problems(data)} == {"formula_incomplete"}


def test_an_unsound_scheme_is_told_its_own_faults():
    data = deepcopy(dict(scheme("construction")))
    data["total_points"] = "99"
    assert "group_sum" in {r.code for r in problems(data)} or "total_sum" in {r.code for r in problems(data)}
