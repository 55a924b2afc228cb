"""Adapters from the worked examples of evaluation to its rules."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from evaluation.rules import price_score as prices
from evaluation.rules.aggregation import BidTotal, GroupScore, group_score
from evaluation.rules.committee import (
    Candidate,
    FormerEmployer,
    MemberKind,
    Parties,
    Seat,
    composition_reasons,
    recusal_reasons,
)
from evaluation.rules.outliers import outliers
from evaluation.rules.preliminary import Finding, review
from evaluation.rules.ranking import TieUndecided, rank
from evaluation.rules.rounding import Rounding
from evaluation.rules.scheme import PriceRule
from tests.rules import schemes

Given = dict[str, Any]


def decimals(given: Given, *names: str) -> dict[str, Decimal]:
    return {name: Decimal(given[name]) for name in names if name in given}


def mean_benchmark(given: Given) -> str:
    return str(prices.mean_benchmark(Decimal(given["mean"]), Decimal(given["float_ratio"])).to_integral_value())


def composite_benchmark(given: Given) -> str:
    found = prices.composite_benchmark(Decimal(given["ceiling"]), Decimal(given["mean"]), **decimals(given, "k1", "q"))
    return str(found.to_integral_value())


def deviation_score(given: Given) -> str:
    rule = PriceRule("mean", **decimals(given, "e_above", "e_below"))
    price, benchmark = Decimal(given["price"]), Decimal(given["benchmark"])
    return str(Rounding().score(prices.deviation_score(price, benchmark, points=Decimal(given["points"]), rule=rule)))


def low_price_ratio(given: Given) -> str:
    found = prices.low_price_ratio(Decimal(given["price"]), Decimal(given["lowest"]), points=Decimal(given["points"]))
    return str(found.to_integral_value())


def price_scores(given: Given) -> Given:
    rule = PriceRule(
        given["formula"],
        drop_count=given.get("drop_count", 0),
        drop_from=given.get("drop_from", 0),
        **decimals(given, "e_above", "e_below"),
    )
    kind = given.get("price_kind", "total")
    found = prices.price_scores(
        rule,
        {bid: prices.comparable_price(Decimal(price), kind) for bid, price in given["prices"].items()},
        points=Decimal(given["points"]),
        rounding=Rounding(),
        coefficients=prices.Coefficients(**decimals(given, "float_ratio", "k1", "q")),
        ceiling=decimals(given, "ceiling").get("ceiling"),
    )
    scores = {bid: str(score) for bid, score in found.scores.items()}
    return {"benchmark": str(found.benchmark), "dropped": sorted(found.dropped), "scores": scores}


def group(given: Given) -> str:
    scheme = schemes.one_item()
    sheets = [schemes.sheet(f"m{number}", {"a": value}) for number, value in enumerate(given["sums"])]
    return str(group_score(scheme, scheme.groups[0], bid="a", sheets=sheets).score)


def ranking(given: Given) -> list[list[str]] | str:
    technical = given.get("technical", {})
    totals = {
        bid: BidTotal(
            bid,
            {"technical": GroupScore({}, (), Decimal(technical.get(bid, "20")))},
            Decimal(0),
            Decimal(total),
        )
        for bid, total in given["totals"].items()
    }
    bid_prices = {bid: Decimal(price) for bid, price in given["prices"].items()}
    try:
        places = rank(schemes.scheme(), totals, prices=bid_prices, drawn=tuple(given.get("drawn", ())))
    except TieUndecided as tie:
        return tie.reasons[0].code
    return [[place.bid, place.decided_by] for place in places]


def composition(given: Given) -> list[str]:
    experts = [Seat(f"e{number}", MemberKind.EXPERT) for number in range(given["experts"])]
    others = [Seat(f"r{number}", MemberKind.PURCHASER_REPRESENTATIVE) for number in range(given["representatives"])]
    return [reason.code for reason in composition_reasons([*experts, *others])]


def rejects(given: Given) -> bool:
    scheme = schemes.scheme()
    findings = {
        f"m{number}": {"a": {item.code: Finding(number >= given["against"], "缺少") for item in scheme.review}}
        for number in range(given["members"])
    }
    return not review(scheme, findings, bids=["a"])["a"].valid


def recusal(given: Given) -> list[str]:
    candidate = Candidate(
        person="expert",
        employer=given.get("employer", ""),
        former_employers=tuple(FormerEmployer(uscc, left) for uscc, left in given.get("left", {}).items()),
        relative_of=frozenset(given.get("relative_of", ())),
        interest_in=frozenset(given.get("interest_in", ())),
    )
    parties = Parties(frozenset({"p"}), frozenset({"b1", "b2", "b3"}))
    return [reason.code for reason in recusal_reasons(candidate, parties, on=date(2026, 3, 2))]


def outlier(given: Given) -> bool:
    scheme = schemes.one_item(given["points"])
    sheets = [
        schemes.sheet(f"m{number}", {"a": value}) for number, value in enumerate([given["own"], *given["others"]])
    ]
    return any(one.member == "m0" for one in outliers(scheme, sheets))


ADAPTERS: dict[str, Callable[[Given], Any]] = {
    "mean_benchmark": mean_benchmark,
    "composite_benchmark": composite_benchmark,
    "deviation_score": deviation_score,
    "low_price_ratio": low_price_ratio,
    "price_scores": price_scores,
    "group_score": group,
    "rank": ranking,
    "composition": composition,
    "rejects": rejects,
    "recusal": recusal,
    "outlier": outlier,
}
