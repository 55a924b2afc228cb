"""What the summary page shows: the result, computed now or as reported, what stands out, who has signed. Reads only."""

from typing import Any

from evaluation import outcome, queries
from evaluation.models import Report
from evaluation.operations.outlying import explanations, outliers_of
from evaluation.rules import as_data
from evaluation.rules.ranking import TieUndecided
from evaluation.rules.scheme import Scheme
from expert_portal.context import frame
from expert_portal.forms import DraftForm, SignForm
from expert_portal.seats import KIND_WORDS, Seat
from lawbook.reasons import Refused
from ui.refusals import told

SCORED = frozenset({"summary", "signed"})  # every score sheet is in


def summary_context(seat: Seat) -> dict[str, Any]:
    """Return everything on the page. Names are shown: every sheet is in."""
    lot, committee = seat.lot, seat.committee
    report = queries.report_of(lot)
    scheme = queries.scheme_of(lot)
    content, problems = (report.content, []) if report else _computed(seat)
    opened = {row.bid.bid_digest: row for row in queries.opened(lot)}
    standing_out = _outliers(seat, opened, scheme) if report is None else _reported(report, opened, scheme)
    members = list(queries.members(committee))
    return frame(seat, "summary") | {
        "content": content,
        "scheme_groups": scheme.judged_groups(),
        "rows": _rows(content, opened),
        "rejections": _rejections(content, opened),
        "outliers": standing_out,
        "mine_open": sum(row["mine"] and not row["explanation"] for row in standing_out),
        "open": sum(not row["explanation"] for row in standing_out),
        "problems": problems,
        "lacking": outcome.lacking(lot, committee) if seat.phase != "gathering" else False,
        "valid_count": len(content.get("valid", [])),
        "signatures": _signatures(report, members),
        "signed_by_me": bool(report) and report.signatures.filter(member=seat.member).exists() if report else False,
        "members": [{"member": member, "kind": KIND_WORDS[member.kind]} for member in members],
        "leader": next((member for member in members if member.leader), None),
        "my_vote": committee.votes.get(seat.member.person.login),
        "draft_form": DraftForm(),
        "sign_form": SignForm(),
    }


def _computed(seat: Seat) -> tuple[dict[str, Any], list[Any]]:
    """Return what the report would say now, and why it cannot yet."""
    lot, committee = seat.lot, seat.committee
    reviews = queries.reviews(lot, committee) if queries.scheme_of(lot).review else {}
    valid = outcome.passed(lot, committee)
    base: dict[str, Any] = {
        "bids": queries.opened_digests(lot),
        "valid": valid,
        "rejections": [as_data.rejection(found) for found in reviews.values() if not found.valid],
        "places": [],
        "recommended": [],
    }
    if not valid or seat.phase not in SCORED:
        return base, []
    try:
        return base | as_data.result(outcome.computed(lot, committee)), []
    except TieUndecided:
        return base | {"tied": True}, []
    except Refused as exc:
        return base, told(exc.reasons)


def _rows(content: dict[str, Any], opened: dict[str, Any]) -> list[dict[str, Any]]:
    recommended = content["recommended"]
    return [
        {
            "place": place["place"],
            "bidder": opened[place["bid"]].bid.bidder.name,
            "price_yuan": opened[place["bid"]].price_yuan,
            "groups": {code: group["score"] for code, group in content["totals"][place["bid"]]["groups"].items()},
            "price": content["totals"][place["bid"]]["price"],
            "total": place["total"],
            "recommended": place["bid"] in recommended,
        }
        for place in content["places"]
    ]


def _rejections(content: dict[str, Any], opened: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"bidder": opened[row["bid"]].bid.bidder.name, "items": row["items"]} for row in content["rejections"]]


def _outliers(seat: Seat, opened: dict[str, Any], scheme: Scheme) -> list[dict[str, Any]]:
    written = explanations(seat.committee)
    return [
        {
            "seat": one.member,
            "mine": one.member == str(seat.member.seat),
            "bid": one.bid,
            "bidder": opened[one.bid].bid.bidder.name,
            "item": one.item,
            "title": scheme.item(one.item).title,
            "points": one.points,
            "median": one.median,
            "explanation": written.get((one.member, one.bid, one.item), ""),
        }
        for one in outliers_of(seat.lot, seat.committee)
    ]


def _reported(report: Report, opened: dict[str, Any], scheme: Scheme) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "seat": row["member"],
            "mine": False,
            "bidder": opened[row["bid"]].bid.bidder.name,
            "title": scheme.item(row["item"]).title,
        }
        for row in report.content.get("outliers", [])
    ]


def _signatures(report: Report | None, members: list[Any]) -> list[dict[str, Any]]:
    signed = {row.member_id: row for row in report.signatures.all()} if report else {}
    return [
        {"member": member, "kind": KIND_WORDS[member.kind], "signature": signed.get(member.pk)} for member in members
    ]
