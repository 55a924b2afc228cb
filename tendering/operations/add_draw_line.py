"""Somebody present adds a line of text to the draws of a lot: nobody can then have known the result beforehand."""

import unicodedata

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, draw_queries, queries
from tendering.models import DrawLine, Lot
from tendering.refusals import SUSPENDED, TEXT_EMPTY, refuse_if

LONGEST = 100
CLOSED = Reason("draw_closed", _("抽签现在不接受添加内容。"), "EB-29")
NOT_PRESENT = Reason(
    "draw_not_present", _("只有在场的交易中心、招标人、代理机构、监督部门和本标段的投标人可以添加。"), "EB-29"
)
ONCE = Reason("draw_line_once", _("贵单位已经添加过一行，不能更改。"), "EB-29")
TOO_LONG = Reason("draw_line_long", _("添加的内容只能是一行，不超过 100 字。"), "EB-29")


def add_draw_line(*, lot_code: str, text: str, actor: Actor) -> DrawLine:
    """Add a line and return it; the same text again gives the first one. One line for each organisation.

    It enters every draw of the lot that is not held yet. The text is trimmed and normalised (NFC) before it counts.

    :raises ActRefused: nothing is open to lines, not present, the text is empty or too long, another line stands
    :raises NotFound: no such lot
    """
    line = unicodedata.normalize("NFC", text.strip())
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(code=lot_code)
        own = draw_queries.own_line(lot, actor)
        if own is not None and own.text == line:
            return own
        refuse_if(_reasons(lot, line, actor, again=own is not None))
        row = DrawLine.objects.create(
            lot=lot,
            number=lot.draw_lines.count() + 1,
            author=actor.organisation_name or actor.name,
            author_key=draw_queries.author_key(actor),
            role=actor.role.value,
            text=line,
            at=now,
        )
        payload = {"number": row.number, "text": line}
        ledger.append("draw.contributed", lot=lot.code, at=now, payload=payload, actor=actor)
    return row


def _reasons(lot: Lot, line: str, actor: Actor, *, again: bool) -> list[Reason]:
    long = len(line) > LONGEST or any(unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") for char in line)
    checks = (
        (lot.suspended_at is not None, SUSPENDED),
        (lot.suspended_at is None and not draw_queries.takes_lines(lot), CLOSED),
        (not may_add(lot, actor), NOT_PRESENT),
        (again, ONCE),
        (not line, TEXT_EMPTY),
        (long, TOO_LONG),
    )
    return [reason for failed, reason in checks if failed]


def may_add(lot: Lot, actor: Actor) -> bool:
    """Whether the actor is one of those present: host, regulator, or a bidder whose bid is opened here."""
    if actor.role is Role.BIDDER:
        return bid_queries.bids_in_closing_set(lot).filter(bidder_id=actor.organisation_id or 0).exists()
    return actor.role is Role.REGULATOR or not bid_queries.host_reasons(lot, actor)
