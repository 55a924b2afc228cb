"""What the evaluation comes to, computed from the submitted sheets by the rules alone. Reads only, stores nothing."""

from evaluation import queries
from evaluation.models import Committee
from evaluation.rules.preliminary import competition_lacking
from evaluation.rules.result import Result, evaluate
from tendering.models import Lot


def passed(lot: Lot, committee: Committee) -> list[str]:
    """Return the bids in the detailed review: all opened ones where the scheme has no review, else those it left."""
    if not queries.scheme_of(lot).review:
        return queries.opened_digests(lot)
    return queries.valid_digests(lot, committee)


def lacking(lot: Lot, committee: Committee) -> bool:
    """Whether fewer than three bids are valid, so that the committee may reject all (EC-27)."""
    return bool(queries.scheme_of(lot).review) and competition_lacking(queries.reviews(lot, committee))


def computed(lot: Lot, committee: Committee, *, drawn: tuple[str, ...] = ()) -> Result:
    """Return the result of the detailed review, once all sheets are in.

    :raises TieUndecided: bids equal by every published key, and `drawn` does not order them
    :raises PriceScoreRefused: no valid price, or a coefficient was not drawn at the opening
    """
    given = [queries.scores(sheet) for sheet in queries.sheets(committee, queries.DETAILED).values()]
    terms = queries.opened_terms(lot, passed(lot, committee))
    return evaluate(queries.scheme_of(lot), terms, sheets=given, drawn=drawn)
