"""The scheme builder's sets of coefficients: several values are drawn from at the opening, one is fixed."""

import pytest
from django import forms

from evaluation.scheme_judge import coefficient_sets, problems
from lawbook import scheme
from purchaser_portal.schemes import PointsForm, RatioSetField


def filled(**changed: str) -> PointsForm:
    """Return the form of the ready-made scheme, filled in as it is but for `changed` fields."""
    blank = PointsForm(scheme("construction"))
    data = {
        f"scheme-{name}": field.initial for name, field in blank.fields.items() if field.initial not in (None, False)
    }
    return PointsForm(scheme("construction"), {**data, **{f"scheme-{name}": text for name, text in changed.items()}})


def test_the_set_is_typed_in_and_sound():
    form = filled(**{"price:float_set": "0、 0.01，0.02;0.030"})
    assert form.is_valid(), form.errors
    made = form.scheme()
    assert made["price"]["float_set"] == ["0", "0.01", "0.02", "0.03"]
    assert problems(made) == [] and coefficient_sets(made) == {"float_ratio": ("0", "0.01", "0.02", "0.03")}


def test_untouched_the_scheme_stays_as_it_was():
    form = filled()
    assert form.is_valid(), form.errors
    assert form.scheme()["price"]["float_set"] == scheme("construction")["price"]["float_set"]


@pytest.mark.parametrize("text", ["", "abc", "0.01 x", "NaN", "Infinity", "1e5", "0.00001"])
def test_what_is_no_set_is_refused(text: str):
    with pytest.raises(forms.ValidationError):
        RatioSetField().clean(text)


def test_a_value_twice_is_told_when_the_scheme_is_judged():
    form = filled(**{"price:float_set": "0.02 0.02"})
    assert form.is_valid()
    assert "formula_incomplete" in {reason.code for reason in problems(form.scheme())}
