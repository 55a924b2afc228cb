"""The host starts the opening of a later envelope, for the bidders that were admitted to it (3.3)."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import bid_queries, envelopes, queries
from tendering.dates import next_due_at
from tendering.models import Bid, BidState, EnvelopeOpening, Lot
from tendering.refusals import SUSPENDED, refuse_if

NOT_ITS_TURN = Reason("not_its_turn", _("还没有到开启这一封的阶段，或这一封已经开启。"), "EB-30")
NOT_ADMITTED = Reason("not_admitted", _("获准进入下一阶段的投标中，有不在截止清单内或已不在有效状态的。"), "EB-30")
NOBODY = Reason("nobody_admitted", _("没有投标人进入下一阶段，不能开启这一封。"), "EB-30")


def start_envelope(*, lot_code: str, envelope: str, admitted: Collection[str], actor: Actor) -> EnvelopeOpening:
    """Start the window of the lot's next envelope. `admitted` are the digests of that envelope's bids that go on.

    Bids of this envelope that are not admitted end as returned: they stay sealed for ever.

    :raises ActRefused: not the host, not this envelope's turn, nobody or a stranger admitted, or suspended
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(code=lot_code)
        refuse_if(bid_queries.host_reasons(lot, actor))
        refuse_if(_reasons(lot, envelope, admitted))
        bids = bid_queries.bids_in_closing_set(lot).filter(envelope=envelope, state=BidState.RECEIVED)
        outside = bids.exclude(bid_digest__in=admitted)
        Bid.objects.filter(pk__in=[bid.pk for bid in outside]).update(state=BidState.RETURNED, ended_at=now)
        alone = lot.policy == "custodians"  # nothing for bidders to hand over
        length = timedelta(0) if alone else bid_queries.period_seconds(lot, "opening_window", now)
        opening = EnvelopeOpening.objects.create(
            lot=lot, envelope=envelope, started_at=now, window_ends_at=now + length
        )
        Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
        payload = {
            "envelope": envelope,
            "window_ends_at": instant(opening.window_ends_at),
            "admitted": sorted(admitted),
        }
        ledger.append("envelope.started", lot=lot.code, at=now, payload=payload, actor=actor)
    return opening


def _reasons(lot: Lot, envelope: str, admitted: Collection[str]) -> list[Reason]:
    due = lot.stage in envelopes.LATER_STAGES and envelopes.running(lot) is None
    due = due and envelope != "" and envelopes.next_envelope(lot) == envelope
    standing = set(
        bid_queries.bids_in_closing_set(lot)
        .filter(envelope=envelope, state=BidState.RECEIVED)
        .values_list("bid_digest", flat=True)
    )
    checks = (
        (not due, NOT_ITS_TURN),
        (not admitted, NOBODY),
        (not standing.issuperset(admitted), NOT_ADMITTED),
        (lot.suspended_at is not None, SUSPENDED),
    )
    return [reason for failed, reason in checks if failed]
