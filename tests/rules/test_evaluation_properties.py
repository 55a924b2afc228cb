"""What holds for all price scores, totals and rankings, whatever the numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.aggregation import totals
from evaluation.rules.outliers import outliers
from evaluation.rules.preliminary import Finding, competition_lacking, findings_reasons, review
from evaluation.rules.price_score import (
    Coefficients,
    PriceScoreRefused,
    coefficients_to_draw,
    comparable_price,
    price_scores,
    settled_coefficients,
)
from evaluation.rules.ranking import TieUndecided, rank, recommended
from evaluation.rules.result import Opened, evaluate
from evaluation.rules.rounding import Rounding, mean
from evaluation.rules.scheme import PriceRule, Recommendation
from tests.rules import schemes

F = Decimal(60)
BIDS = ("a", "b", "c", "d", "e", "f", "g")
PRICES = st.lists(st.integers(1_000_000, 9_999_999), min_size=1, max_size=7).map(
    lambda fen: {bid: Decimal(value).scaleb(-2) for bid, value in zip(BIDS, fen, strict=False)}
)
RULE = PriceRule("mean", 1, 5, (Decimal("0.02"),), e_above=Decimal(1), e_below=Decimal("0.5"))
COEFFICIENTS = Coefficients(float_ratio=Decimal("0.02"))
POINTS = st.integers(0, 3000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


def scored(prices: dict[str, Decimal], rule: PriceRule = RULE):
    return price_scores(rule, prices, points=F, rounding=Rounding(), coefficients=COEFFICIENTS)


@given(prices=PRICES)
def test_price_scores_lie_between_nothing_and_the_maximum_for_exactly_the_valid_bids(prices):
    found = scored(prices)
    assert found.scores.keys() == prices.keys()
    assert all(0 <= score <= F and score == round(score, 2) for score in found.scores.values())
    assert len(found.dropped) == (2 if len(prices) >= 5 else 0)


@given(prices=PRICES)
def test_the_nearer_to_the_benchmark_on_one_side_the_higher_the_score(prices):
    found = scored(prices)
    for side in (1, -1):
        away = sorted((side * (price - found.benchmark), bid) for bid, price in prices.items())
        scores = [found.scores[bid] for distance, bid in away if distance >= 0]
        assert scores == sorted(scores, reverse=True)


@given(prices=PRICES)
def test_by_the_low_price_ratio_the_lowest_gets_all_and_a_higher_price_never_more(prices):
    found = scored(prices, PriceRule("low_ratio"))
    assert found.scores[min(prices, key=lambda bid: prices[bid])] == F
    by_price = [found.scores[bid] for bid in sorted(prices, key=lambda bid: prices[bid])]
    assert by_price == sorted(by_price, reverse=True)


@given(prices=PRICES, order=st.randoms(use_true_random=False))
def test_the_order_of_the_prices_changes_nothing(prices, order):
    shuffled = list(prices.items())
    order.shuffle(shuffled)
    assert scored(dict(shuffled)) == scored(prices)


@given(values=st.lists(POINTS, min_size=1, max_size=9))
def test_a_mean_lies_between_the_least_and_the_greatest(values):
    assert min(values) <= mean(values) <= max(values)


@given(
    points=st.lists(st.tuples(POINTS, POINTS, POINTS), min_size=1, max_size=7),
    order=st.randoms(use_true_random=False),
)
def test_totals_do_not_depend_on_the_order_of_the_sheets_and_add_up(points, order):
    scheme = schemes.one_item()
    sheets = [
        schemes.sheet(f"m{number}", dict(zip("abc", map(str, given_points), strict=True)))
        for number, given_points in enumerate(points)
    ]
    prices = {"a": Decimal("50.12"), "b": Decimal("60.00"), "c": Decimal("0.00")}
    found = totals(scheme, sheets, price_scores=prices)
    order.shuffle(sheets)
    again = totals(scheme, sheets, price_scores=prices)
    for bid, one in found.items():
        assert one.total == again[bid].total
        assert one.total == sum((group.score for group in one.groups.values()), one.price)
        kept = [value[("abc").index(bid)] for value in points]
        assert min(kept) <= one.groups["technical"].score <= max(kept)


@given(
    rows=st.lists(st.tuples(POINTS, st.integers(1, 4)), min_size=1, max_size=7),
    order=st.randoms(use_true_random=False),
)
def test_a_ranking_is_a_permutation_by_total_then_price_and_any_order_gives_the_same(rows, order):
    scheme = schemes.one_item()
    bids = BIDS[: len(rows)]
    sheets = [schemes.sheet("m", dict.fromkeys(bids, "20"))]
    scores = {bid: row[0] for bid, row in zip(bids, rows, strict=True)}
    prices = {bid: Decimal(row[1]) for bid, row in zip(bids, rows, strict=True)}
    found = totals(scheme, sheets, price_scores=scores)
    places = rank(scheme, found, prices=prices, drawn=bids)
    assert sorted(place.bid for place in places) == sorted(bids)
    assert [place.place for place in places] == list(range(1, len(bids) + 1))
    keys = [(-place.total, prices[place.bid]) for place in places]
    assert keys == sorted(keys)
    shuffled = list(found.items())
    order.shuffle(shuffled)
    assert rank(scheme, dict(shuffled), prices=prices, drawn=bids) == places


def test_a_tie_that_nothing_decides_names_the_tied():
    scheme = schemes.one_item()
    found = totals(scheme, [schemes.sheet("m", {"a": "20", "b": "20"})], price_scores={"a": F, "b": F})
    with pytest.raises(TieUndecided) as caught:
        rank(scheme, found, prices={"a": Decimal(1), "b": Decimal(1)})
    assert caught.value.tied == (("a", "b"),)


def test_at_most_the_published_number_is_recommended():
    scheme = schemes.one_item()
    points = {"a": "10", "b": "30", "c": "20", "d": "5"}
    found = totals(scheme, [schemes.sheet("m", points)], price_scores=dict.fromkeys(points, F))
    places = rank(scheme, found, prices=dict.fromkeys(points, Decimal(1)))
    assert recommended(places, Recommendation("ranked", 3)) == ("b", "c", "a")
    assert recommended(places, Recommendation("unranked", 2)) == ("b", "c")
    assert recommended(places, Recommendation("unranked", 0)) == ("a", "b", "c", "d")


def test_the_whole_calculation_from_prices_to_candidates():
    scheme = schemes.one_item()
    prices = {"a": Decimal(98), "b": Decimal(100), "c": Decimal(102)}
    sheets = [schemes.sheet(f"m{number}", {"a": "20", "b": "25", "c": "29"}) for number in range(5)]
    opened = Opened(prices=prices, coefficients=settled_coefficients(scheme.price))
    result = evaluate(scheme, opened, sheets=sheets)
    assert result.price is not None
    assert result.price.benchmark == 100
    # 70 points for the price: a is 2 % below and loses 1.00, c is 2 % above and loses 2.00
    assert {bid: str(one.total) for bid, one in result.totals.items()} == {"a": "89.00", "b": "95.00", "c": "97.00"}
    assert result.recommended == ("c", "b", "a")
    assert result.outliers == ()


def test_coefficients_come_from_the_published_sets_only():
    rule = PriceRule("composite", k1_set=(Decimal("0.95"), Decimal("0.97")), q_set=(Decimal("0.4"),))
    assert coefficients_to_draw(rule) == ("k1",)
    assert settled_coefficients(rule, {"k1": Decimal("0.97")}).k1 == Decimal("0.97")
    for drawn, code in (({}, "coefficient_missing"), ({"k1": Decimal("0.5")}, "coefficient_foreign")):
        with pytest.raises(PriceScoreRefused) as caught:
            settled_coefficients(rule, drawn)
        assert caught.value.codes == {code}


def test_without_prices_or_with_bad_ones_every_reason_is_told():
    rule = PriceRule("composite", e_above=Decimal(1), e_below=Decimal(1))
    with pytest.raises(PriceScoreRefused) as caught:
        price_scores(rule, {"a": Decimal(0)}, points=F, rounding=Rounding(), coefficients=Coefficients())
    assert caught.value.codes == {"price_not_positive", "coefficient_missing", "ceiling_missing"}
    with pytest.raises(PriceScoreRefused) as caught:
        scored({})
    assert caught.value.codes == {"no_valid_price"}
    with pytest.raises(PriceScoreRefused):
        comparable_price(Decimal(100), "discount")


def test_counted_facts_on_which_members_disagree_stand_out():
    scheme = schemes.scheme()
    points = {item.code: item.points for item in scheme.judged_items()}
    sheets = [schemes.Sheet(f"m{number}", {"a": dict(points)}) for number in range(5)]
    sheets[3] = schemes.Sheet("m3", {"a": {**points, "business_record": Decimal(4)}})
    (found,) = outliers(scheme, sheets)
    assert (found.kind, found.member, found.item) == ("disagreement", "m3", "business_record")
    assert outliers(scheme, sheets[:2]) == ()


def test_findings_must_be_complete_and_a_failure_needs_a_reason():
    scheme = schemes.scheme()
    findings = {"a": {item.code: Finding(True) for item in scheme.review}}
    assert findings_reasons(scheme, findings, bids=["a"]) == []
    findings["a"]["form_letter"] = Finding(False, "  ")
    findings["a"]["stray"] = Finding(True)
    del findings["a"]["response_bill"]
    found = {reason.code for reason in findings_reasons(scheme, findings, bids=["a"])}
    assert found == {"finding_without_reason", "finding_unknown", "finding_missing"}


def test_a_rejection_tells_ground_votes_and_reasons_and_two_valid_bids_lack_competition():
    scheme = schemes.scheme()
    good = {item.code: Finding(True) for item in scheme.review}
    bad = {**good, "qualification_licence": Finding(False, "执照已过期")}
    findings = {f"m{number}": {"a": bad if number < 3 else good, "b": good, "c": good} for number in range(5)}
    found = review(scheme, findings, bids=["a", "b", "c"])
    (rejection,) = found["a"].rejections
    assert (rejection.item, rejection.law, rejection.failed_by) == (
        "qualification_licence",
        "BR-51",
        ("m0", "m1", "m2"),
    )
    assert rejection.passed_by == ("m3", "m4")
    assert rejection.reasons == ("执照已过期",) * 3
    assert found["b"].valid
    assert competition_lacking(found)
