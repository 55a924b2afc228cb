"""A scheme is read with every fault told, and refused where it is not sound."""

import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

import lawbook
from evaluation.rules.scheme import ItemKind, SchemeRefused, parse
from evaluation.rules.scheme_checks import problems, validate
from evaluation.rules.sheets import Sheet, sheet_reasons, tier_of
from tests.rules import schemes


def edited(path: str, value: Any) -> dict[str, Any]:
    """The ready-made scheme with the member at a path such as `groups.0.items.1.points` replaced."""
    data = schemes.data()
    *way, last = path.split(".")
    place: Any = data
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return data


def codes(data: dict[str, Any]) -> set[str]:
    return {reason.code for reason in problems(data)}


@pytest.mark.parametrize("code", sorted(lawbook.schemes()))
def test_every_ready_made_scheme_is_sound_and_survives_json(code: str):
    data = lawbook.scheme(code)
    assert problems(data) == []
    assert parse(json.loads(json.dumps(data))) == parse(data)


def test_the_ready_made_scheme_says_what_it_should():
    scheme = schemes.scheme()
    assert scheme.price_points() == 60
    assert [group.points for group in scheme.groups] == [30, 10, 60]
    assert {item.kind for item in scheme.items()} == set(ItemKind)
    assert all(item.kind is not ItemKind.PRICE for item in scheme.judged_items())
    assert scheme.item("business_record").counted is not None
    with pytest.raises(KeyError):
        scheme.item("no_such")


def test_every_fault_of_form_is_told_with_its_place():
    data = schemes.data(title=" ", surprise=1)
    del data["law"]
    data["groups"][0]["items"][0]["points"] = 8.0
    data["review"][0]["stage"] = "elsewhere"
    with pytest.raises(SchemeRefused) as caught:
        parse(data)
    places = {reason.values["place"] for reason in caught.value.reasons}
    assert places == {"title", "surprise", "law", "groups[1].items[1].points", "review[1].stage"}


@pytest.mark.parametrize(
    "data", [{}, {"groups": "x"}, {"review": [1, None]}, {"price": []}, {"rounding": {"mode": {}}}]
)
def test_nonsense_is_refused_and_never_crashes(data: dict[str, Any]):
    assert problems(data)
    assert problems({**schemes.data(), **data}) or not data


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("groups.0.items.0.points", "9", "group_sum"),
        ("groups.0.points", "31", "total_sum"),
        ("total_points", "99", "total_sum"),
        ("groups.0.items.1.code", "technical_method", "code_twice"),
        ("groups.1.code", "technical", "code_twice"),
        ("review.0.law", "BL-" + "999", "law_unknown"),
        ("method", "best", "method_unknown"),
        ("review", [], "review_missing"),
        ("groups", [], "groups_missing"),
        ("groups.0.items.5.points", "0", "points_wrong"),
        ("groups.0.items.5.minimum", "4", "minimum_wrong"),
        ("groups.0.items.0.tiers", [], "tiers_missing"),
        ("groups.0.items.0.tiers.0.low", "9", "tier_range"),
        ("groups.0.items.0.tiers.1.high", "7", "tiers_overlap"),
        ("groups.0.items.0.tiers.0.high", "7.5", "tiers_top"),
        ("groups.0.items.5.kind", "counted", "counted_missing"),
        ("groups.1.items.0.kind", "free", "counted_stray"),
        ("groups.1.items.0.counted.most", 2, "counted_wrong"),
        ("groups.2.items.0.kind", "free", "price_item_missing"),
        ("groups.1.items.0.kind", "price", "price_item_twice"),
        ("price.formula", "guess", "formula_unknown"),
        ("price.float_set", [], "formula_incomplete"),
        ("price.float_set", ["0.9"], "formula_incomplete"),
        ("price.e_above", "0", "formula_incomplete"),
        ("price.drop_from", 2, "formula_incomplete"),
        ("price.formula", "composite", "formula_incomplete"),
        ("aggregation.rule", "best", "aggregation_wrong"),
        ("aggregation.drop_from", 2, "aggregation_wrong"),
        ("rounding.mode", "up", "rounding_wrong"),
        ("rounding.score_places", 7, "rounding_wrong"),
        ("recommendation.count", 4, "recommendation_wrong"),
        ("tie_break", ["name"], "tie_break_wrong"),
    ],
)
def test_an_unsound_scheme_is_refused(path: str, value: Any, code: str):
    assert code in codes(edited(path, value))


def test_price_points_without_a_formula_are_refused():
    data = schemes.data()
    del data["price"]
    assert codes(data) == {"price_rule_missing"}


def test_several_faults_are_told_together():
    data = edited("method", "best")
    data["recommendation"]["count"] = 9
    data["rounding"]["mode"] = "up"
    assert codes(data) == {"method_unknown", "recommendation_wrong", "rounding_wrong"}


def full_sheet() -> dict[str, dict[str, Decimal]]:
    scheme = schemes.scheme()
    return {bid: {item.code: item.points for item in scheme.judged_items()} for bid in ("a", "b")}


def test_a_full_sheet_may_be_submitted():
    assert sheet_reasons(schemes.scheme(), Sheet("m", full_sheet()), bids=["a", "b"]) == []


@pytest.mark.parametrize(
    ("item", "points", "code"),
    [
        ("technical_method", "8.1", "score_out_of_range"),
        ("technical_method", "-1", "score_out_of_range"),
        ("technical_method", "NaN", "score_out_of_range"),
        ("technical_method", "6.95", "score_between_tiers"),
        ("technical_environment", "1.234", "score_places"),
        ("business_record", "3", "score_not_counted"),
    ],
)
def test_an_impossible_score_is_refused(item: str, points: str, code: str):
    scores = deepcopy(full_sheet())
    scores["b"][item] = Decimal(points)
    found = sheet_reasons(schemes.scheme(), Sheet("m", scores), bids=["a", "b"])
    assert code in {reason.code for reason in found}


def test_missing_and_unknown_scores_are_all_told():
    scores = full_sheet()
    del scores["a"]["technical_method"]
    scores["a"]["price"] = Decimal(60)
    scores["c"] = {}
    found = sheet_reasons(schemes.scheme(), Sheet("m", scores), bids=["a", "b"])
    assert {reason.code for reason in found} == {"score_missing", "score_unknown", "bid_unknown"}


def test_a_score_knows_its_tier():
    item = schemes.scheme().item("technical_method")
    tier = tier_of(item, Decimal("5.5"))
    assert tier is not None
    assert tier.name == "良"
    assert tier_of(item, Decimal("6.95")) is None


def test_validation_looks_at_the_parsed_scheme_too():
    assert validate(schemes.one_item()) == []
