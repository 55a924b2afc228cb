"""Issuing the award notice 中标通知书 (BL-45): printed, stored, and the result told to everybody."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.procedures import procedure
from tendering import printing
from tendering.models import Award, Lot, OpenedBid
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.queries import facts, lock_lot
from tendering.rules.calendars import SHANGHAI, legal_day
from tendering.rules.lifecycle import Event
from tendering.rules.money import capitals, grouped
from tendering.rules.periods import UNIT_WORDS, end_of
from tendering.signed_documents import Printed, keep_sealed


@transaction.atomic(durable=True)
def issue_award(*, lot_code: str, actor: Actor) -> Award:
    """Issue the award notice and return the award; the PDF is `documents.path_of(award.notice_sha256)`.

    :raises MoveRefused: no result published, or not the purchaser's or agency's to issue
    :raises LostRace: it was just issued
    """
    lot, now = lock_lot(code=lot_code)
    known = facts(lot, now, award_notice_signed=True)  # issuing it is the act itself
    move = judge(lot, Event.AWARD, actor=actor, facts=known)
    award = Award.objects.select_related("bid", "winner").get(lot=lot)
    printed_data = notice_data(lot, award, now)
    pdf = printing.render("award_notice", printed_data, at=now)
    printed = Printed("award_notice", "中标通知书", over=str(printed_data["issued_at"]))
    sha256 = keep_sealed(pdf, printed, lot=lot, now=now)
    carry_out(lot, move, now=now, awarded_at=now)
    award.notice_sha256, award.issued_at = sha256, now
    award.save(update_fields=["notice_sha256", "issued_at"])
    data = {"winner": award.winner.name, "uscc": award.winner.uscc, "sha256": sha256}
    data |= {"price_yuan": f"{award.price_yuan:.2f}", "bid_digest": award.bid.bid_digest}
    publishing.publish_notice(lot, "award", f"{lot.name}中标通知书", "", now=now, data=data)
    ledger.append("award.issued", lot=lot.code, at=now, actor=actor, payload=data)
    return award


def notice_data(lot: Lot, award: Award, issued_at: datetime) -> dict[str, object]:
    """Return what `award_notice.typ` prints; every text is data, none becomes markup."""
    project = lot.project
    opened = OpenedBid.objects.filter(bid=award.bid).first()
    period = procedure(project.procedure).period("contract", legal_day(issued_at))
    days = opened.duration_days if opened and opened.duration_days else lot.duration_days
    return {
        "lot_code": lot.code,
        "lot_name": lot.name,
        "project_code": project.code,
        "project_name": project.name,
        "rehearsal": project.rehearsal,
        "purchaser": project.purchaser.name,
        "agency": project.agency.name if project.agency else "—",
        "winner": award.winner.name,
        "price": f"{grouped(award.price_yuan)} 元",
        "price_capitals": capitals(award.price_yuan),
        "duration": f"{days} 日历天" if days else "—",
        "lead_person": opened.lead_person if opened and opened.lead_person else "—",
        "bid_digest": award.bid.bid_digest,
        "reason": award.reason,
        "determined_at": _said(award.determined_at),
        "issued_at": _said(issued_at),
        "contract_period": UNIT_WORDS[period.unit].format(amount=period.amount),
        "contract_by": _said(end_of(project.procedure, "contract", issued_at)),
    }


def _said(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
