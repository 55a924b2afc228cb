"""Signing the report; with the last signature the evaluation is finished and the candidates are named (BR-53)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

import ledger
from evaluation import queries
from evaluation.models import Committee, Report, ReportSignature
from evaluation.operations.seating import take_seat
from evaluation.refusals import NO_REPORT, SIGNED
from identity.actor import Actor
from identity.roles import Role
from tendering.models import Candidate, Lot
from tendering.operations.moving import carry_out
from tendering.queries import facts
from tendering.refusals import ActRefused
from tendering.rules.lifecycle import Event, Stage, next_move


@transaction.atomic(durable=True)
def sign_report(*, lot_code: str, actor: Actor, dissent: str = "") -> Report:
    """Sign the drafted report, with reasons if one dissents, and return it.

    The last signature moves the lot to `evaluated`. Who neither signs nor writes reasons counts as agreeing (BR-53),
    which only the supervisor can record; here everybody signs.

    :raises ActRefused: not a pledged member, no report, signed already
    """
    lot, committee, member, now = take_seat(lot_code, actor)
    report = queries.report_of(lot)
    if report is None:
        raise ActRefused([NO_REPORT])
    if ReportSignature.objects.filter(member=member).exists():
        raise ActRefused([SIGNED])
    ReportSignature.objects.create(report=report, member=member, dissent=dissent.strip()[:5000], signed_at=now)
    complete = report.signatures.count() == queries.members(committee).count()
    if complete:
        _finish(lot, committee, report, now)
    payload = {"sha256": report.sha256, "seat": member.seat, "dissent": dissent.strip()[:5000]}
    ledger.append("report.signed", lot=lot.code, at=now, actor=actor, payload=payload)
    if complete:
        named = [row.bid.bid_digest for row in lot.candidates.select_related("bid").order_by("rank", "pk")]
        payload = {"sha256": report.sha256, "candidates": len(named)}
        ledger.append("evaluation.finished", lot=lot.code, at=now, actor=actor, payload=payload)
    return report


def _finish(lot: Lot, committee: Committee, report: Report, now: datetime) -> None:
    report.signed_at = now
    report.save(update_fields=["signed_at"])
    committee.phase = "signed"
    committee.save(update_fields=["phase"])
    known = facts(lot, now, sheets_submitted=True, outliers_explained=True, report_signed=True)
    # The purchaser's representative signs as a member: the committee acts, in the role of the experts (BL-40).
    move = next_move(Stage(lot.stage), Event.FINISH_EVALUATION, role=Role.EXPERT, facts=known)
    _name_candidates(lot, report)
    carry_out(lot, move, now=now, evaluated_at=now)


def _name_candidates(lot: Lot, report: Report) -> None:
    places = {row["bid"]: row for row in report.content["places"]}
    opened = {row.bid.bid_digest: row for row in queries.opened(lot)}
    ranked = queries.scheme_of(lot).recommendation.rule == "ranked"
    Candidate.objects.bulk_create(
        Candidate(
            lot=lot,
            bid=opened[digest].bid,
            bidder=opened[digest].bid.bidder,
            rank=places[digest]["place"] if ranked else None,
            price_yuan=opened[digest].price_yuan,
            total=Decimal(places[digest]["total"]),
        )
        for digest in report.content["recommended"]
    )
