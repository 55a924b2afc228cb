"""What was computed, as the report and the ledger carry it: plain data, figures as text, members by seat. Pure."""

from typing import Any

from evaluation.rules.preliminary import Review
from evaluation.rules.result import Result


def rejection(review: Review) -> dict[str, Any]:
    """Return a rejected bid as the report tells it: every item with ground, law, votes and reasons."""
    return {
        "bid": review.bid,
        "items": [
            {
                "item": r.item,
                "ground": r.ground,
                "law": r.law,
                "failed_by": list(r.failed_by),
                "passed_by": list(r.passed_by),
                "reasons": list(r.reasons),
            }
            for r in review.rejections
        ],
    }


def result(found: Result) -> dict[str, Any]:
    """Return the computed result as plain data."""
    price = found.price
    return {
        "price": None
        if price is None
        else {
            "benchmark": str(price.benchmark),
            "mean": str(price.mean),
            "valid": list(price.valid),
            "dropped": list(price.dropped),
            "scores": {bid: str(score) for bid, score in price.scores.items()},
        },
        "totals": {
            bid: {
                "total": str(total.total),
                "price": str(total.price),
                "groups": {
                    code: {
                        "score": str(group.score),
                        "dropped": list(group.dropped),
                        "by_member": {member: str(points) for member, points in group.by_member.items()},
                    }
                    for code, group in total.groups.items()
                },
            }
            for bid, total in found.totals.items()
        },
        "places": [
            {"bid": p.bid, "place": p.place, "total": str(p.total), "decided_by": p.decided_by} for p in found.places
        ],
        "recommended": list(found.recommended),
    }
