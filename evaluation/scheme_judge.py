"""What a scheme must be to be published here: sound by the rules, and nothing this release cannot carry out yet."""

from collections.abc import Mapping
from typing import Any

from evaluation.rules import scheme_checks
from evaluation.rules.price_score import coefficients_to_draw
from evaluation.rules.scheme import parse
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

NO_DRAW = Reason("coefficient_draw", _("开标时抽取系数尚未开放：下浮率、K1、Q 请各只列一个值。"), "BL-19")


def problems(data: Mapping[str, Any]) -> list[Reason]:
    """Return every reason why the scheme may not be published.

    A set of coefficients with several values would need a draw at the opening, which does not exist yet: such a
    tender could be announced but never reported, so it is refused before.
    """
    found = scheme_checks.problems(data)
    if found:
        return found
    price = parse(data).price
    return [NO_DRAW] if price is not None and coefficients_to_draw(price) else []
