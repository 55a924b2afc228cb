"""Whether a scheme is sound: points add up, tiers do not overlap, formula parameters are complete. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from evaluation.rules.rounding import MODES
from evaluation.rules.scheme import ItemKind, PriceRule, Scheme, SchemeRefused, ScoredItem, parse
from lawbook.articles import articles
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

METHODS = ("comprehensive", "reasonable_low", "lowest_reviewed", "low_ratio", "qualitative")
AGGREGATIONS = ("mean", "drop_extremes")
RECOMMENDATIONS = ("ranked", "unranked")
RANKED_MAXIMUM = 3  # BR-53

MESSAGES: dict[str, str] = {
    "code_twice": _("编号“{place}”重复，请改用不同的编号。"),
    "law_unknown": _("“{place}”引用的条文 {found} 不在法规库中。"),
    "method_unknown": _("未知的评标方法“{found}”。"),
    "review_missing": _("初步评审至少要有一项。"),
    "groups_missing": _("详细评审至少要有一组评分项。"),
    "group_sum": _("“{place}”各项分值合计为{found}分，应为{wanted}分。"),
    "total_sum": _("各组分值合计为{found}分，应为{wanted}分。"),
    "points_wrong": _("“{place}”的分值应大于0。"),
    "minimum_wrong": _("“{place}”的最低分应在0和满分之间。"),
    "tiers_missing": _("“{place}”应至少分两档。"),
    "tiers_stray": _("“{place}”不是分档项，不应有分档。"),
    "tier_range": _("“{place}”的“{tier}”档下限高于上限或为负。"),
    "tiers_overlap": _("“{place}”的“{tier}”档与上一档重叠或顺序不对，应从高到低。"),
    "tiers_top": _("“{place}”最高档的上限应等于满分{wanted}分。"),
    "counted_missing": _("“{place}”缺少计数规则。"),
    "counted_stray": _("“{place}”不是计数项，不应有计数规则。"),
    "counted_wrong": _("“{place}”的计数规则应能且仅能达到满分{wanted}分。"),
    "price_rule_missing": _("有报价评分项但没有报价评分公式。"),
    "price_item_missing": _("有报价评分公式但没有报价评分项。"),
    "price_item_twice": _("报价评分项只能有一项。"),
    "formula_unknown": _("未知的报价评分公式“{found}”。"),
    "formula_incomplete": _("报价评分公式缺少参数“{place}”或其值不合理。"),
    "aggregation_wrong": _("汇总方法应为取平均，或不少于三名评委时去掉一个最高分和一个最低分。"),
    "rounding_wrong": _("小数取舍方式未知，或小数位数超过6位。"),
    "recommendation_wrong": _("排序推荐的中标候选人应为1至3名。"),
    "tie_break_wrong": _("同分处理“{found}”无法识别，应为报价或某一评分组。"),
}


def _reason(code: str, law: str = "BL-19", **values: str) -> Reason:
    return Reason(code, MESSAGES[code], law, values)


def problems(data: Mapping[str, Any]) -> list[Reason]:
    """Return every reason why plain data may not be published as a scheme: its form, or else its content."""
    try:
        return validate(parse(data))
    except SchemeRefused as refusal:
        return refusal.reasons


def validate(scheme: Scheme) -> list[Reason]:
    """Return every reason why the scheme is not sound; empty when it may be published."""
    return [reason for check in CHECKS for reason in check(scheme)]


def _codes(scheme: Scheme) -> list[Reason]:
    codes = [item.code for item in scheme.review] + [item.code for item in scheme.items()]
    groups = [group.code for group in scheme.groups]
    twice = [code for codes_of in (codes, groups) for code, count in Counter(codes_of).items() if count > 1]
    return [_reason("code_twice", place=code) for code in twice]


def _laws(scheme: Scheme) -> list[Reason]:
    cited = [(scheme.title, scheme.law), *((item.title, item.law) for item in scheme.review)]
    return [_reason("law_unknown", place=title, found=law) for title, law in cited if law not in articles()]


def _outline(scheme: Scheme) -> list[Reason]:
    found = []
    if scheme.method not in METHODS:
        found.append(_reason("method_unknown", "EC-29", found=scheme.method))
    if not scheme.review:
        found.append(_reason("review_missing", "EC-23"))
    if not scheme.groups and scheme.method != "qualitative":
        found.append(_reason("groups_missing", "EC-35"))
    return found


def _sums(scheme: Scheme) -> list[Reason]:
    found = []
    for group in scheme.groups:
        total = sum((item.points for item in group.items), Decimal(0))
        if total != group.points:
            values = {"place": group.title, "found": str(total), "wanted": str(group.points)}
            found.append(_reason("group_sum", "EC-35", **values))
    total = sum((group.points for group in scheme.groups), Decimal(0))
    if scheme.groups and total != scheme.total_points:
        found.append(_reason("total_sum", "EC-35", found=str(total), wanted=str(scheme.total_points)))
    return found


def _items(scheme: Scheme) -> list[Reason]:
    return [reason for item in scheme.items() for reason in (*_range(item), *_tiers(item), *_counted(item))]


def _range(item: ScoredItem) -> list[Reason]:
    found = []
    if item.points <= 0:
        found.append(_reason("points_wrong", "EC-35", place=item.title))
    if not 0 <= item.minimum <= item.points:
        found.append(_reason("minimum_wrong", "EC-35", place=item.title))
    return found


def _tiers(item: ScoredItem) -> list[Reason]:
    if item.kind is not ItemKind.TIERED:
        return [_reason("tiers_stray", place=item.title)] if item.tiers else []
    if len(item.tiers) < 2:
        return [_reason("tiers_missing", "EC-35", place=item.title)]
    found = [
        _reason("tier_range", "EC-35", place=item.title, tier=tier.name)
        for tier in item.tiers
        if not 0 <= tier.low <= tier.high
    ]
    found += [
        _reason("tiers_overlap", "EC-35", place=item.title, tier=lower.name)
        for upper, lower in pairwise(item.tiers)
        if lower.high >= upper.low
    ]
    if item.tiers[0].high != item.points:
        found.append(_reason("tiers_top", "EC-35", place=item.title, wanted=str(item.points)))
    return found


def _counted(item: ScoredItem) -> list[Reason]:
    rule = item.counted
    if item.kind is not ItemKind.COUNTED:
        return [_reason("counted_stray", place=item.title)] if rule else []
    if rule is None:
        return [_reason("counted_missing", "EC-35", place=item.title)]
    if rule.base < 0 or rule.each <= 0 or rule.points(rule.most) != item.points:
        return [_reason("counted_wrong", "EC-35", place=item.title, wanted=str(item.points))]
    return []


def _price(scheme: Scheme) -> list[Reason]:
    count = sum(item.kind is ItemKind.PRICE for item in scheme.items())
    if scheme.price is None:
        return [_reason("price_rule_missing", "EC-35")] if count else []
    found = []
    if count == 0:
        found.append(_reason("price_item_missing", "EC-35"))
    if count > 1:
        found.append(_reason("price_item_twice", "EC-35"))
    wanted = PARAMETERS.get(scheme.price.formula)
    if wanted is None:
        return [*found, _reason("formula_unknown", "EC-35", found=scheme.price.formula)]
    rule = scheme.price
    return [*found, *(_reason("formula_incomplete", "EC-35", place=name) for name in wanted if not SOUND[name](rule))]


def _ratios(values: tuple[Decimal, ...], most: Decimal) -> bool:
    """Whether there are values, all in range, none twice: a value standing twice would be drawn twice as often."""
    return bool(values) and all(0 <= value <= most for value in values) and len(set(values)) == len(values)


# What each parameter of a formula must be; a float of 1 would make the benchmark nothing.
SOUND: dict[str, Callable[[PriceRule], bool]] = {
    "float_set": lambda rule: _ratios(rule.float_set, Decimal("0.5")),
    "k1_set": lambda rule: _ratios(rule.k1_set, Decimal(1)) and all(rule.k1_set),
    "q_set": lambda rule: _ratios(rule.q_set, Decimal(1)),
    "e_above": lambda rule: rule.e_above > 0,
    "e_below": lambda rule: rule.e_below > 0,
    "drop_count": lambda rule: rule.drop_count == 0 or rule.drop_from > 2 * rule.drop_count,
}
_DEVIATION = ("drop_count", "e_above", "e_below")
PARAMETERS: dict[str, tuple[str, ...]] = {
    "mean": ("float_set", *_DEVIATION),
    "reasonable_low": ("float_set", *_DEVIATION),
    "composite": ("k1_set", "q_set", *_DEVIATION),
    "low_ratio": (),
}


def _summary(scheme: Scheme) -> list[Reason]:
    found = []
    aggregation, rounding, recommendation = scheme.aggregation, scheme.rounding, scheme.recommendation
    if aggregation.rule not in AGGREGATIONS or (aggregation.rule == "drop_extremes" and aggregation.drop_from < 3):
        found.append(_reason("aggregation_wrong", "EC-35"))
    if rounding.mode not in MODES or max(rounding.benchmark_places, rounding.score_places) > 6:
        found.append(_reason("rounding_wrong", "EC-35"))
    ranked = recommendation.rule == "ranked"
    if recommendation.rule not in RECOMMENDATIONS or (ranked and not 1 <= recommendation.count <= RANKED_MAXIMUM):
        found.append(_reason("recommendation_wrong", "BR-53"))
    return found


def _tie_break(scheme: Scheme) -> list[Reason]:
    allowed = {"price", *(f"group:{group.code}" for group in scheme.groups)}
    return [_reason("tie_break_wrong", "EC-35", found=key) for key in scheme.tie_break if key not in allowed]


CHECKS: tuple[Callable[[Scheme], list[Reason]], ...] = (
    _codes,
    _laws,
    _outline,
    _sums,
    _items,
    _price,
    _summary,
    _tie_break,
)
