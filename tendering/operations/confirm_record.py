"""The opening record 开标记录 is confirmed by the host, printed and published (EB-32)."""

from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, draw_queries, printing, queries
from tendering.models import Bid, BidState, Lot, Objection, OpenedBid, Opening
from tendering.operations import publishing
from tendering.refusals import SUSPENDED, refuse_if
from tendering.rules.calendars import SHANGHAI
from tendering.rules.lifecycle import Stage
from tendering.rules.money import grouped
from tendering.seal_words import ended_because
from tendering.signed_documents import Printed, keep_sealed

NOT_OPENED = Reason("not_opened", _("投标文件尚未全部开启，不能确认开标记录。"), "EB-32")
OBJECTIONS_OPEN = Reason("objections_open", _("对开标的异议应当场答复，请先答复。"), "BR-44")
UNCONFIRMED = _("还有 {count} 家投标人未确认报价，确认时间未到。")
STATE_WORDS = {BidState.REVOKED: "撤销", BidState.WITHDRAWN_NO_BLAME: "视为撤回"}
OPENED_BY_WORDS = {"bidder": "投标人", "custodians": "托管方"}
COEFFICIENT_WORDS = {"float_ratio": "下浮率", "k1": "K1", "q": "Q"}
UNITS = {"total": "元", "rate": "%", "discount": "%"}


def confirm_record(*, lot_code: str, actor: Actor) -> Opening:
    """Confirm the record; its PDF is `documents.path_of(opening.record_sha256)`. Again, the first one stands.

    Prices must be confirmed by their bidders, or the procedure's time for that must be over.

    :raises ActRefused: not the host, bids not opened yet, prices unconfirmed, objections unanswered, suspended
    :raises NotFound: no such lot, or no opening
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(bid_queries.host_reasons(row, actor))
        opening = bid_queries.opening_of(row)
        if opening.record_confirmed_at is not None:
            return opening
        refuse_if(_reasons(row, now))
        opening.record = record_of(row, opening, actor=actor, now=now)
        pdf = printing.render("opening_record", opening.record, at=now)
        printed = Printed("opening_record", "开标记录", over=opening.record["confirmed_by"])
        opening.record_sha256 = keep_sealed(pdf, printed, lot=row, now=now)
        opening.record_confirmed_at = now
        opening.save(update_fields=["record", "record_sha256", "record_confirmed_at"])
        data = {"sha256": opening.record_sha256, "bids": opening.record["bids"]}
        publishing.publish_notice(row, "opening_record", f"{row.name}开标记录", "", now=now, data=data)
        payload = {"sha256": opening.record_sha256}
        ledger.append("opening.recorded", lot=row.code, at=now, payload=payload, actor=actor)
    return opening


def _reasons(lot: Lot, now: datetime) -> list[Reason]:
    if lot.stage != Stage.OPENED:
        return [NOT_OPENED]
    reasons = [SUSPENDED] if lot.suspended_at is not None else []
    if Objection.objects.filter(lot=lot, matter="opening", answered_at=None).exists():
        reasons.append(OBJECTIONS_OPEN)
    waiting = bid_queries.opened_bids(lot).filter(confirmed_at=None).count()
    if waiting and now < bid_queries.confirmation_ends_at(lot, bid_queries.opening_of(lot), now):
        reasons.append(Reason("unconfirmed", UNCONFIRMED, "EB-30", {"count": str(waiting)}))
    return reasons


def record_of(lot: Lot, opening: Opening, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what the record holds, as plain JSON; every text is data."""
    project = lot.project
    opened = list(bid_queries.opened_bids(lot))
    others = bid_queries.bids_in_closing_set(lot).filter(state__in=list(STATE_WORDS))
    return {
        "lot_code": lot.code,
        "lot_name": lot.name,
        "project_name": project.name,
        "rehearsal": project.rehearsal,
        "purchaser": project.purchaser.name,
        "agency": project.agency.name if project.agency else "—",
        "deadline": _said(lot.deadline_at),
        "started_at": _said(opening.started_at),
        "ended_at": _said(opening.ended_at),
        "opened_at": _said(lot.opened_at),
        "ceiling": f"{grouped(lot.ceiling_yuan)} 元" if lot.ceiling_yuan is not None else "—",
        "coefficients": [
            {"name": COEFFICIENT_WORDS.get(name, name), "value": value}
            for name, value in draw_queries.drawn_coefficients(lot).items()
        ],
        "bid_count": len(opened) + len(others),
        "bids": [_opened_row(place, bid) for place, bid in enumerate(opened, start=1)],
        "not_opened": [
            {"bidder": bid.bidder.name, "state": STATE_WORDS[BidState(bid.state)], "reason": _why(bid)}
            for bid in others
        ],
        "objections": [
            {"organisation": said.organisation.name, "text": said.text, "answer": said.answer}
            for said in Objection.objects.filter(lot=lot, matter="opening").select_related("organisation")
        ],
        "confirmed_by": actor.organisation_name or actor.name,
        "confirmed_at": _said(now),
    }


def _why(bid: Bid) -> str:
    """Return the words, and the check's own name for who looks it up in docs/sealed-bid-format.md."""
    return f"{ended_because(bid.end_reason)}（{bid.end_reason}）"


def _opened_row(place: int, opened: OpenedBid) -> dict[str, Any]:
    mark = "（超过限价）" if opened.over_ceiling else ""
    return {
        "place": place,
        "bidder": opened.bid.bidder.name,
        "price": f"{grouped(opened.price_yuan)} {UNITS[opened.price_kind]}{mark}",
        "duration": f"{opened.duration_days} 天" if opened.duration_days else "—",
        "lead_person": opened.lead_person or "—",
        "opened_by": OPENED_BY_WORDS[opened.opened_by],
        "confirmed": "已确认" if opened.confirmed_at else "未答复",
        "bid_digest": opened.bid.bid_digest,
    }


def _said(at: datetime | None) -> str:
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
