"""Which scores stand out, and whether each was explained. Members are seats. Reads only."""

from evaluation import queries
from evaluation.models import Committee
from evaluation.rules.outliers import Outlier, outliers
from tendering.models import Lot


def outliers_of(lot: Lot, committee: Committee) -> tuple[Outlier, ...]:
    """Return the scores that stand out; none before the detailed review is complete."""
    if committee.phase not in ("summary", "signed"):
        return ()
    given = [queries.scores(sheet) for sheet in queries.sheets(committee, queries.DETAILED).values()]
    return outliers(queries.scheme_of(lot), given) if given else ()


def explanations(committee: Committee) -> dict[tuple[str, str, str], str]:
    """Return (seat, bid, item) → what the member wrote."""
    return {
        (str(sheet.member.seat), *_place(key)): text
        for sheet in queries.sheets(committee, queries.DETAILED).values()
        for key, text in sheet.explanations.items()
    }


def _place(key: str) -> tuple[str, str]:
    bid, _, item = key.partition("/")
    return bid, item


def unexplained(lot: Lot, committee: Committee) -> list[Outlier]:
    """Return the outliers that their members have not explained."""
    told = explanations(committee)
    return [o for o in outliers_of(lot, committee) if (o.member, o.bid, o.item) not in told]
