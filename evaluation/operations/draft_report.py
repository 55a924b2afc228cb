"""Drafting the evaluation report: everything is computed by the rules, printed, and frozen for signature (EC-42)."""

from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from evaluation import outcome, queries, reporting
from evaluation.models import Committee, Member, Report
from evaluation.operations.outlying import explanations, outliers_of, unexplained
from evaluation.operations.seating import take_seat
from evaluation.refusals import NO_LEADER, NOT_LEADER, REPORT_EXISTS, UNEXPLAINED, WRONG_PHASE
from evaluation.rules import as_data
from evaluation.rules.ranking import TieUndecided
from evaluation.rules.result import Result
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import printing
from tendering.draw_queries import TIES
from tendering.models import Lot
from tendering.operations import drawing
from tendering.refusals import refuse_if
from tendering.rules import draws
from tendering.signed_documents import Printed, keep_sealed

REJECT_REASON = Reason("reject_reason", _("否决全部投标须写明明显缺乏竞争的理由。"), "EC-27")
COMPETITION_STANDS = Reason("competition_stands", _("有效投标不少于三个，不能以缺乏竞争为由否决全部投标。"), "EC-27")
SUMMARY = "summary"
LONGEST_REASON = 5000


@transaction.atomic(durable=True)
def draft_report(*, lot_code: str, actor: Actor, reject_all: bool = False, reason: str = "") -> Report:
    """Compute the result, print the report and return it; its PDF is `documents.path_of(report.sha256)`.

    `reject_all` with a `reason`: fewer than three valid bids and competition clearly lacking (EC-27); this may be
    decided before the detailed review is through, which it ends. Bids that are equal by every published key are
    ordered by a draw, recorded in the report so that anybody can recompute it.

    :raises ActRefused: not the leader, sheets missing, outliers unexplained, drafted already
    :raises PriceScoreRefused: a coefficient was not drawn at the opening
    """
    lot, committee, member, now = take_seat(lot_code, actor)
    reason = reason.strip()[:LONGEST_REASON] if reject_all else ""
    refuse_if(_reasons(lot, committee, member, reject_all=reject_all, reason=reason))
    content = _content(lot, committee, now=now, reject_all=reject_all, reason=reason)
    pdf = printing.render(
        "evaluation_report", reporting.printed(lot, committee, content, now), at=now, root=reporting.TEMPLATES
    )
    sha256 = keep_sealed(pdf, Printed("evaluation_report", "评标报告", over="评标委员会"), lot=lot, now=now)
    report = Report.objects.create(lot=lot, content=content, sha256=sha256, drafted_at=now)
    committee.phase = SUMMARY
    committee.save(update_fields=["phase"])
    payload = {"sha256": report.sha256, "content": content}
    ledger.append("report.drafted", lot=lot.code, at=now, actor=actor, payload=payload)
    return report


def _reasons(lot: Lot, committee: Committee, member: Member, *, reject_all: bool, reason: str) -> list[Reason]:
    leader = next((m for m in queries.members(committee) if m.leader), None)
    ready = (SUMMARY, queries.DETAILED) if reject_all else (SUMMARY,)
    open_outliers = [] if reject_all else unexplained(lot, committee)
    checks = (
        (leader is None, NO_LEADER),
        (leader is not None and leader.pk != member.pk, NOT_LEADER),
        (committee.phase not in ready, WRONG_PHASE),
        (queries.report_of(lot) is not None, REPORT_EXISTS),
        (bool(open_outliers), Reason("unexplained", UNEXPLAINED, "BL-40", {"count": str(len(open_outliers))})),
        (reject_all and not reason, REJECT_REASON),
        (reject_all and committee.phase in ready and not outcome.lacking(lot, committee), COMPETITION_STANDS),
    )
    return [found for failed, found in checks if failed]


def _content(lot: Lot, committee: Committee, *, now: datetime, reject_all: bool, reason: str) -> dict[str, Any]:
    """Return the report as data: what was reviewed, rejected, scored, and who is recommended. Members are seats."""
    reviews = queries.reviews(lot, committee) if queries.scheme_of(lot).review else {}
    valid = outcome.passed(lot, committee)
    content: dict[str, Any] = {
        "bids": queries.opened_digests(lot),
        "valid": valid,
        "rejections": [as_data.rejection(found) for found in reviews.values() if not found.valid],
        "reject_all": reject_all,
        "reject_all_reason": reason,
        "places": [],
        "recommended": [],
        "draw": None,
    }
    if reject_all or not valid:
        return content
    result, drawn = _settled(lot, committee, now)
    return content | as_data.result(result) | {"draw": drawn, "outliers": _outliers(lot, committee)}


def _settled(lot: Lot, committee: Committee, now: datetime) -> tuple[Result, dict[str, Any] | None]:
    """Return the result and, where bids were equal by every published key, the draw that ordered them (BR-49)."""
    try:
        return outcome.computed(lot, committee), None
    except TieUndecided as tie:
        matters = [draws.Matter(f"tie {number}", bids, len(bids)) for number, bids in enumerate(tie.tied, start=1)]
        record = drawing.hold(drawing.begun(lot, TIES, now=now), matters, now=now)
        order = tuple(bid for drawn in record["result"].values() for bid in drawn)
        return outcome.computed(lot, committee, drawn=order), record


def _outliers(lot: Lot, committee: Committee) -> list[dict[str, str]]:
    told = explanations(committee)
    return [
        {
            "member": o.member,
            "bid": o.bid,
            "item": o.item,
            "points": str(o.points),
            "median": str(o.median),
            "explanation": told.get((o.member, o.bid, o.item), ""),
        }
        for o in outliers_of(lot, committee)
    ]
