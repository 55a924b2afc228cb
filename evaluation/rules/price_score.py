"""Price scores: benchmark, composite benchmark, deviation score, low-price ratio, reasonable low price. Pure.

Prices are Decimal (yuan, or a rate in percent), scores points. The benchmark is rounded by the scheme's
`benchmark_places`, each score by `score_places`; nothing else is rounded, and the benchmark is never edited afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from evaluation.rules.rounding import Rounding, exactly, mean
from evaluation.rules.scheme import PriceRule
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _

HUNDRED = Decimal(100)
ZERO = Decimal(0)

MESSAGES: dict[str, str] = {
    "no_valid_price": _("没有有效投标报价，无法计算评标基准价。"),
    "price_not_positive": _("投标报价“{price}”应大于0。"),
    "coefficient_missing": _("系数{name}尚未抽取，应在解密前抽取。"),
    "coefficient_foreign": _("系数{name}的值{value}不在招标文件公布的范围内。"),
    "ceiling_missing": _("综合基准价需要最高投标限价。"),
    "discount_wrong": _("下浮率“{price}”应在0和100之间。"),
}
# name of a coefficient → the published set it is drawn from
_SETS = {"float_ratio": "float_set", "k1": "k1_set", "q": "q_set"}
NEEDED = {"mean": ("float_ratio",), "reasonable_low": ("float_ratio",), "composite": ("k1", "q"), "low_ratio": ()}


class PriceScoreRefused(Refused):
    """The prices or coefficients do not allow a calculation; every reason is told."""


@dataclass(frozen=True)
class Coefficients:
    """What was drawn at the opening before decryption, as ratios; None where the formula needs none."""

    float_ratio: Decimal | None = None
    k1: Decimal | None = None
    q: Decimal | None = None


@dataclass(frozen=True)
class PriceScores:
    """The outcome. `valid` and `dropped` name bids, `mean` is unrounded; a low-price ratio's benchmark is a lowest."""

    benchmark: Decimal
    mean: Decimal
    valid: tuple[str, ...]
    dropped: tuple[str, ...]
    scores: Mapping[str, Decimal]


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, MESSAGES[code], "EC-35", values)


def published_values(rule: PriceRule) -> dict[str, tuple[Decimal, ...]]:
    """Return coefficient → its published set, of those that the formula needs."""
    return {name: getattr(rule, _SETS[name]) for name in NEEDED.get(rule.formula, ())}


def coefficients_to_draw(rule: PriceRule) -> tuple[str, ...]:
    """Return the coefficients that must be drawn at the opening: those whose published set has more than one value."""
    return tuple(name for name, values in published_values(rule).items() if len(values) > 1)


def settled_coefficients(rule: PriceRule, drawn: Mapping[str, Decimal] | None = None) -> Coefficients:
    """Return the coefficients in force: the only value of a set of one, else what was drawn.

    :raises PriceScoreRefused: when one was not drawn, or is not of the published set
    """
    found: dict[str, Decimal] = {}
    reasons = []
    for name in NEEDED[rule.formula]:
        allowed: tuple[Decimal, ...] = getattr(rule, _SETS[name])
        value = (drawn or {}).get(name, allowed[0] if len(allowed) == 1 else None)
        if value is None:
            reasons.append(_reason("coefficient_missing", name=name))
        elif value not in allowed:
            reasons.append(_reason("coefficient_foreign", name=name, value=str(value)))
        else:
            found[name] = value
    if reasons:
        raise PriceScoreRefused(reasons)
    return Coefficients(**found)


def comparable_price(price: Decimal, price_kind: str) -> Decimal:
    """Return what the formulas compare: totals and rates as they are, a discount 下浮率 as 100 − discount percent.

    :raises PriceScoreRefused: for a discount outside 0..100
    """
    if price_kind != "discount":
        return price
    if not 0 <= price < HUNDRED:
        raise PriceScoreRefused([_reason("discount_wrong", price=str(price))])
    return HUNDRED - price


def dropped_bids(prices: Mapping[str, Decimal], *, drop_count: int, drop_from: int) -> tuple[str, ...]:
    """Return the bids left out of the mean: the k highest and k lowest when at least N are valid.

    Equal prices are told apart by the bid's name, which changes no mean.
    """
    if drop_count == 0 or len(prices) < drop_from or len(prices) <= 2 * drop_count:
        return ()
    order = sorted(prices, key=lambda bid: (prices[bid], bid))
    return tuple(order[:drop_count] + order[-drop_count:])


def mean_benchmark(mean_price: Decimal, float_ratio: Decimal) -> Decimal:
    """Return D = mean × (1 − float), unrounded.

    Example: mean 10,000,000 and float 0.03 give 9,700,000.
    """
    with exactly():
        return mean_price * (1 - float_ratio)


def composite_benchmark(ceiling: Decimal, mean_price: Decimal, *, k1: Decimal, q: Decimal) -> Decimal:
    """Return D = A·K1·Q + B·(1 − Q), unrounded, with A the ceiling and B the bid mean.

    Example: A 12,000,000, B 10,000,000, K1 0.95, Q 0.4 give 4,560,000 + 6,000,000 = 10,560,000.
    """
    with exactly():
        return ceiling * k1 * q + mean_price * (1 - q)


def deviation_score(price: Decimal, benchmark: Decimal, *, points: Decimal, rule: PriceRule) -> Decimal:
    """Return S = F − |p − D| / D × 100 × E clamped to 0..F, unrounded; E differs above and below D.

    Example: F 60, D 9,700,000, E 1 above and 0.5 below: 10,000,000 loses 3.0928 and scores 56.91;
    9,400,000 loses half of 3.0928 and scores 58.45 (both after rounding).
    """
    per_percent = rule.e_above if price > benchmark else rule.e_below
    with exactly():
        lost = abs(price - benchmark) / benchmark * HUNDRED * per_percent
        return min(points, max(ZERO, points - lost))


def low_price_ratio(price: Decimal, lowest: Decimal, *, points: Decimal) -> Decimal:
    """Return S = p_min / p × F, unrounded.

    Example: p_min 90, p 100, F 30 give 27.
    """
    with exactly():
        return lowest / price * points


def price_scores(
    rule: PriceRule,
    prices: Mapping[str, Decimal],
    *,
    points: Decimal,
    rounding: Rounding,
    coefficients: Coefficients,
    ceiling: Decimal | None = None,
) -> PriceScores:
    """Return the price score of every valid bid.

    `prices`: bid → price as compared (`comparable_price`), only bids that passed the preliminary review; the scores
    have the same keys. `points` is F, the maximum.

    :raises PriceScoreRefused: no price, a price not above 0, a coefficient or the ceiling missing
    """
    _refuse_bad(rule, prices, coefficients=coefficients, ceiling=ceiling)
    lowest = min(prices.values())
    if rule.formula == "low_ratio":
        raw = {bid: low_price_ratio(price, lowest, points=points) for bid, price in prices.items()}
        scores = {bid: rounding.score(value) for bid, value in raw.items()}
        return PriceScores(lowest, mean(prices.values()), tuple(sorted(prices)), (), scores)
    dropped = dropped_bids(prices, drop_count=rule.drop_count, drop_from=rule.drop_from)
    average = mean(price for bid, price in prices.items() if bid not in dropped)
    benchmark = rounding.benchmark(_benchmark(rule, average, coefficients=coefficients, ceiling=ceiling))
    scores = {
        bid: rounding.score(deviation_score(price, benchmark, points=points, rule=rule))
        for bid, price in prices.items()
    }
    return PriceScores(benchmark, average, tuple(sorted(prices)), dropped, scores)


def _benchmark(rule: PriceRule, average: Decimal, *, coefficients: Coefficients, ceiling: Decimal | None) -> Decimal:
    if rule.formula == "composite":
        return composite_benchmark(ceiling or ZERO, average, k1=coefficients.k1 or ZERO, q=coefficients.q or ZERO)
    return mean_benchmark(average, coefficients.float_ratio or ZERO)


def _refuse_bad(
    rule: PriceRule, prices: Mapping[str, Decimal], *, coefficients: Coefficients, ceiling: Decimal | None
) -> None:
    reasons = [_reason("price_not_positive", price=str(price)) for price in prices.values() if price <= 0]
    if not prices:
        reasons.append(_reason("no_valid_price"))
    missing = [name for name in NEEDED[rule.formula] if getattr(coefficients, name) is None]
    reasons += [_reason("coefficient_missing", name=name) for name in missing]
    if rule.formula == "composite" and ceiling is None:
        reasons.append(_reason("ceiling_missing"))
    if reasons:
        raise PriceScoreRefused(reasons)
