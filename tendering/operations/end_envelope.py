"""The window of a later envelope ends by the clock; then custodians act, as at the opening."""

from django.db import transaction

import ledger
from identity.actor import CLOCK
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import instant
from tendering import envelopes, queries
from tendering.dates import next_due_at
from tendering.models import EnvelopeOpening, Lot
from tendering.refusals import SUSPENDED, LostRace, refuse_if

NOT_YET = Reason("window_open", _("解密时间未到，且还有投标文件未能解密。"), "EB-30")


def end_envelope(*, lot_id: int) -> EnvelopeOpening:
    """End the running envelope's window.

    :raises ActRefused: too early, or suspended
    :raises LostRace: no window is open
    """
    with transaction.atomic(durable=True):
        lot, now = queries.lock_lot(pk=lot_id)
        opening = envelopes.running(lot)
        if opening is None or opening.ended_at is not None:
            raise LostRace(lot.code)
        checks = ((now < opening.window_ends_at, NOT_YET), (lot.suspended_at is not None, SUSPENDED))
        refuse_if([reason for failed, reason in checks if failed])
        opening.ended_at = now
        opening.save(update_fields=["ended_at"])
        Lot.objects.filter(pk=lot.pk).update(next_due_at=next_due_at(lot))
        payload = {"envelope": opening.envelope, "at": instant(now)}
        ledger.append("envelope.window_ended", lot=lot.code, at=now, payload=payload, actor=CLOCK)
    return opening
