"""The whole calculation of one lot, from valid prices and sheets to the recommendation. Pure; Decimal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.rules.aggregation import BidTotal, totals
from evaluation.rules.outliers import Outlier, outliers
from evaluation.rules.price_score import Coefficients, PriceScores, comparable_price, price_scores
from evaluation.rules.ranking import Place, rank, recommended
from evaluation.rules.scheme import Scheme
from evaluation.rules.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the opening fixed: bid → price as read out (valid bids only), the price kind, ceiling and coefficients."""

    prices: Mapping[str, Decimal]
    price_kind: str = "total"
    ceiling: Decimal | None = None
    coefficients: Coefficients = Coefficients()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Result:
    """Everything the report tells: price scores (None without a price rule), totals, places, candidates, outliers."""

    price: PriceScores | None
    totals: Mapping[str, BidTotal]
    places: tuple[Place, ...]
    recommended: tuple[str, ...]
    outliers: tuple[Outlier, ...]


def evaluate(scheme: Scheme, opened: Opened, *, sheets: Sequence[Sheet], drawn: tuple[str, ...] = ()) -> Result:
    """Return the result of the detailed review.

    :raises PriceScoreRefused: no valid price, a coefficient or the ceiling missing
    :raises TieUndecided: bids equal by every published key and not decided by `drawn`
    :raises KeyError: a sheet lacks a score (judge sheets first)
    """
    prices = {bid: comparable_price(price, opened.price_kind) for bid, price in opened.prices.items()}
    price = None
    if scheme.price is not None:
        price = price_scores(
            scheme.price,
            prices,
            points=scheme.price_points(),
            rounding=scheme.rounding,
            coefficients=opened.coefficients,
            ceiling=opened.ceiling,
        )
    scores = price.scores if price else dict.fromkeys(prices, Decimal(0))
    summed = totals(scheme, sheets, price_scores=scores)
    places = rank(scheme, summed, prices=prices, drawn=drawn)
    return Result(price, summed, places, recommended(places, scheme.recommendation), outliers(scheme, sheets))
