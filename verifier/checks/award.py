"""From the report to the award: candidates as recommended, the winner among them, the notice as the result."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.case import Case
from verifier.checks.evaluation import Missing, report_of, scheme_of
from verifier.outcome import Finding, differing, judged, not_applicable, short

_SAME = ("bid_digest", "uscc", "price_yuan")


def candidates(case: Case) -> Finding:
    """The published candidates are those of the report, with rank, price and total."""
    entry = case.evidence.last("candidates.published")
    if entry is None:
        return not_applicable("no candidates are published yet")
    try:
        content = report_of(case).payload["content"]
    except Missing as missing:
        return judged([missing.why], "")
    rows = {row["bid_digest"]: row for row in entry.payload["candidates"]}
    wrong = []
    if sorted(row["bid_digest"] for row in entry.payload["candidates"]) != sorted(content["recommended"]):
        wrong.append("the published candidates are not those that the report recommends")
    places = {str(row.get("bid")): row for row in content["places"]}
    ranked = scheme_of(case).recommendation.rule == "ranked"
    for digest, row in rows.items():
        wrong += [f"{short(digest)}: {reason}" for reason in _row_reasons(case, row, places.get(digest, {}), ranked)]
    return judged(wrong, f"{len(rows)} candidates as recommended")


def _row_reasons(case: Case, row: Mapping[str, Any], place: Mapping[str, Any], ranked: bool) -> Iterator[str]:
    opened = case.priced.get(row["bid_digest"])
    if opened is None:
        yield "it was not opened, or names no price"
        return
    pairs = (
        ("rank", row["rank"], place.get("place") if ranked else None),
        ("total", row["total"].rstrip("0").rstrip("."), str(place.get("total")).rstrip("0").rstrip(".")),
        ("uscc", row["uscc"], opened.payload["bidder"]),
        ("price", row["price_yuan"], opened.payload["price_yuan"]),
    )
    yield from differing(pairs)


def result(case: Case) -> Finding:
    """The winner is one of the published candidates, as published; passing over the first has a reason."""
    entry = case.evidence.last("result.published")
    if entry is None:
        return not_applicable("no result is published yet")
    published = case.evidence.last("candidates.published")
    rows = published.payload["candidates"] if published else []
    winner = entry.payload["winner"]
    wrong = [] if winner in rows else ["the winner is not one of the published candidates, as published"]
    if published is not None and published.index > entry.index:
        wrong.append("the result came before the candidates")
    if winner["rank"] != 1 and not entry.payload["reason"].strip():
        wrong.append("the first candidate was passed over without a reason")
    return judged(wrong, f"{short(winner['bid_digest'])} of {winner['uscc']} at {winner['price_yuan']}")


def award(case: Case) -> Finding:
    """The award notice names the winner of the published result, at its price."""
    entry = case.evidence.last("award.issued")
    if entry is None:
        return not_applicable("no award notice is issued yet")
    published = case.evidence.last("result.published")
    if published is None:
        return judged(["an award was issued without a published result"], "")
    winner = published.payload["winner"]
    wrong = differing((name, entry.payload[name], winner[name]) for name in _SAME)
    return judged(wrong, f"{short(winner['bid_digest'])} at {winner['price_yuan']}")


def ballots(case: Case) -> Finding:
    """Ballots of an award committee are counted. No procedure of this version has any."""
    cast = [entry for entry in case.evidence.entries if entry.kind.startswith("ballot.")]
    if cast:
        return judged(["ballots that this verifier cannot count"], "")
    return not_applicable("nothing is decided by ballot")
