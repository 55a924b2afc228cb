"""The host takes the chair of the opening: the window runs by the clock with or without one (BL-35)."""

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import Opening
from tendering.refusals import refuse_if
from tendering.rules.lifecycle import Stage

NO_OPENING = Reason("no_opening", _("现在没有进行中的开标。"), "BL-34")


def take_chair(*, lot_code: str, actor: Actor) -> Opening:
    """Record who hosts the opening; the same person again changes nothing, another one takes over.

    :raises ActRefused: the actor may not host, or no opening is under way
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        refuse_if(bid_queries.host_reasons(row, actor))
        refuse_if([] if row.stage in (Stage.OPENING, Stage.OPENED) else [NO_OPENING])
        opening = bid_queries.opening_of(row)
        if opening.host != actor.login:
            opening.host = actor.login
            opening.save(update_fields=["host"])
            payload = {"host": actor.organisation_name}
            ledger.append("opening.signed_in", lot=row.code, at=now, payload=payload, actor=actor)
    return opening
