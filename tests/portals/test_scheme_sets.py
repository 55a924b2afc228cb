"""The scheme builder: coefficients to draw from or fixed, items dropped and taken back."""

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


def edited(draft: dict, **changed: str | None) -> PointsForm:
    """Return the edit form of a draft, sent as its page shows it but for `changed` fields (None: not ticked)."""
    blank = PointsForm(draft, default=scheme("construction"))
    data = {
        f"scheme-{name}": blank.get_initial_for_field(field, name)
        for name, field in blank.fields.items()
        if blank.get_initial_for_field(field, name) not in (None, False)
    }
    data |= {f"scheme-{name}": text for name, text in changed.items()}
    return PointsForm(draft, {k: v for k, v in data.items() if v is not None}, default=scheme("construction"))


def unticked(draft: dict, prefix: str, codes: list[str]) -> dict:
    form = edited(draft, **{f"{prefix}:{code}": None for code in codes})
    assert form.is_valid(), form.errors
    return form.scheme()


def test_what_was_unticked_in_a_draft_is_offered_again_unticked():
    ready = scheme("construction")
    codes = [item["code"] for item in ready["review"]]
    draft = unticked(ready, "review", codes)
    assert draft["review"] == []
    form = edited(draft)
    assert [row.field.initial for row in form.review_rows()] == [False] * len(codes)
    assert form.is_valid() and form.scheme()["review"] == []
    again = edited(draft, **{f"review:{code}": "on" for code in codes})
    assert again.is_valid() and again.scheme()["review"] == ready["review"]


def test_dropped_items_and_their_group_can_be_taken_back():
    ready = scheme("construction")
    technical = next(group for group in ready["groups"] if group["code"] == "technical")
    codes = [item["code"] for item in technical["items"]]
    draft = unticked(ready, "keep", codes)
    assert "technical" not in [group["code"] for group in draft["groups"]]
    again = edited(draft, **{f"keep:{code}": "on" for code in codes})
    assert again.is_valid() and again.scheme() == ready


def test_what_decides_ties_is_only_what_is_left():
    ready = scheme("construction")
    technical = next(group for group in ready["groups"] if group["code"] == "technical")
    draft = unticked(ready, "keep", [item["code"] for item in technical["items"]])
    assert draft["tie_break"] == ["price"]
    assert not {"tie_break_wrong"} & {reason.code for reason in problems(draft)}


def test_without_a_price_item_no_price_rule_is_left_and_both_come_back():
    ready = scheme("construction")
    priced = [item["code"] for group in ready["groups"] for item in group["items"] if item["kind"] == "price"]
    draft = unticked(ready, "keep", priced)
    assert "price" not in draft and draft["tie_break"] == ["group:technical"]
    assert not {"price_item_missing", "tie_break_wrong"} & {reason.code for reason in problems(draft)}
    again = edited(draft, **{f"keep:{code}": "on" for code in priced})
    assert again.is_valid() and again.scheme() == ready


def test_a_draft_keeps_its_own_points_and_titles():
    changed = scheme("construction")
    changed["groups"][0]["items"][0]["title"] = "改过的名称"
    code = changed["groups"][0]["items"][0]["code"]
    assert edited(changed).fields[f"title:{code}"].initial == "改过的名称"
