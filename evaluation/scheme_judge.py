"""What a scheme must be to be published here: sound by the rules; and which coefficients the opening draws."""

from collections.abc import Mapping
from typing import Any

from evaluation.rules import scheme_checks
from evaluation.rules.price_score import published_values
from evaluation.rules.scheme import SchemeRefused, parse
from lawbook.reasons import Reason


def problems(data: Mapping[str, Any]) -> list[Reason]:
    """Return every reason why the scheme may not be published."""
    return scheme_checks.problems(data)


def coefficient_sets(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return coefficient → its published values as text, of those with more than one; none of what is no scheme."""
    try:
        price = parse(data).price
    except SchemeRefused:
        return {}
    if price is None:
        return {}
    sets = published_values(price)
    return {name: tuple(str(value) for value in values) for name, values in sets.items() if len(values) > 1}
