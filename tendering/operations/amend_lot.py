"""Amending the document or the deadline of an announced lot: new signed parameters, and every bid is sealed anew.

Bids received before the amendment end as `superseded_by_amendment` and are never opened (design 4.5).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import parameters
from tendering.models import Bid, BidState, Lot
from tendering.operations import publishing
from tendering.operations.moving import carry_out, judge
from tendering.operations.publishing import Signed
from tendering.queries import documents_pending, facts, lock_lot
from tendering.refusals import REASON_EMPTY
from tendering.rules import periods
from tendering.rules.facts import Facts
from tendering.rules.lifecycle import Event

NOT_AHEAD = Reason("new_deadline_not_ahead", _("新的投标截止时间必须晚于现在。"), "BR-21")


@transaction.atomic(durable=True)
def amend_lot(
    *,
    lot_code: str,
    actor: Actor,
    deadline_at: datetime,
    statement: Mapping[str, Any],
    recipients: Sequence[Mapping[str, Any]],
    explanation: str,
    affects_preparation: bool = True,
) -> Lot:
    """Publish the waiting documents and the (same or later) deadline under new signed parameters; return the lot.

    Without waiting documents a later deadline is a postponement; the same deadline signs it again after a suspension
    moved it. BR-21: a change that affects preparation needs its days before the deadline.

    :raises MoveRefused: with every reason
    """
    lot, now = lock_lot(code=lot_code)
    signed = Signed(publishing.whole_second(deadline_at), statement, recipients)
    changed = documents_pending(lot).exists()
    event = _event(lot, signed.deadline_at, changed=changed)
    wrong = parameters.problems(lot, signed.statement, signed.recipients, deadline_at=signed.deadline_at)
    wrong += [] if explanation.strip() else [REASON_EMPTY]
    wrong += [] if signed.deadline_at > now else [NOT_AHEAD]
    known = _facts(lot, now, signed.deadline_at, affects=changed and affects_preparation)
    move = judge(lot, event, actor=actor, facts=known, also=wrong)
    columns = {"deadline_at": signed.deadline_at, "amendment": lot.amendment + 1}
    carry_out(lot, move, now=now, document_hash=parameters.document_hash(lot), **columns)
    superseded = _supersede(lot, now)
    _publish(lot, signed, now, explanation=explanation.strip())
    _record(lot, signed, now, actor=actor, event=event, superseded=superseded)
    return lot


def _event(lot: Lot, deadline_at: datetime, *, changed: bool) -> Event:
    later = lot.deadline_at is not None and deadline_at > lot.deadline_at
    return Event.POSTPONE if later and not changed else Event.AMEND


def _facts(lot: Lot, now: datetime, deadline_at: datetime, *, affects: bool) -> Facts:
    dates = periods.AmendmentDates(
        amended_at=now,
        deadline_at=lot.deadline_at or deadline_at,
        new_deadline_at=deadline_at,
        affects_preparation=affects,
    )
    return facts(
        lot,
        now,
        new_deadline_at=deadline_at,
        parameters_signed=True,  # what is wrong with them is told in detail
        reason_given=True,  # the same
        period_reasons=tuple(periods.amendment_reasons(dates, lot.project.procedure)),
    )


def _supersede(lot: Lot, now: datetime) -> list[Bid]:
    bids = list(Bid.objects.select_for_update().filter(lot=lot, state=BidState.RECEIVED).order_by("pk"))
    Bid.objects.filter(pk__in=[bid.pk for bid in bids]).update(state=BidState.SUPERSEDED, ended_at=now)
    return bids


def _publish(lot: Lot, signed: Signed, now: datetime, *, explanation: str) -> None:
    publishing.store_parameters(lot, signed, now=now)
    names = publishing.publish_documents(lot, now=now)
    data = {
        "amendment": lot.amendment,
        "deadline": publishing.said(lot.deadline_at),
        "documents": names,
        "document_hash": lot.document_hash,
        "seal_again": True,  # every bidder is told, whether or not it has bid
    }
    publishing.publish_notice(lot, "amendment", f"{lot.name}澄清修改公告", explanation, now=now, data=data)


def _record(lot: Lot, signed: Signed, now: datetime, *, actor: Actor, event: Event, superseded: Sequence[Bid]) -> None:
    # BL-22: one entry, however many bids it lists and when it lists none: the public feed counts faces
    ended = {"bids": sorted(bid.bid_digest for bid in superseded), "amendment": lot.amendment}
    ledger.append("bids.superseded", lot=lot.code, at=now, actor=None, payload=ended)
    kind = "lot.postponed" if event is Event.POSTPONE else "lot.amended"
    ledger.append(kind, lot=lot.code, at=now, actor=actor, payload=publishing.parameters_payload(lot, signed))
