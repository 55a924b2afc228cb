"""A scheme that could be announced but never reported is refused before it is announced."""

from copy import deepcopy

from evaluation.scheme_judge import problems
from lawbook import scheme


def test_the_ready_made_scheme_may_be_published():
    assert problems(scheme("construction")) == []


def test_a_set_of_several_coefficients_is_refused_until_they_can_be_drawn():
    data = deepcopy(dict(scheme("construction")))
    data["price"]["float_set"] = ["0", "0.02"]
    assert [reason.code for reason in problems(data)] == ["coefficient_draw"]


def test_an_unsound_scheme_is_told_its_own_faults():
    data = deepcopy(dict(scheme("construction")))
    data["total_points"] = "99"
    assert problems(data) and "coefficient_draw" not in {reason.code for reason in problems(data)}
