"""Presence at the opening: a bidder signs in (EB-29)."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.roles import Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering import bid_queries, queries
from tendering.models import Lot, Opening, OpeningSignIn
from tendering.refusals import ActRefused, refuse_if
from tendering.rules.lifecycle import Stage

NO_OPENING = Reason("no_opening", _("现在没有进行中的开标。"), "BL-34")
NO_BID = Reason("no_bid", _("贵单位在本标段没有待开启的投标文件。"), "EB-29")


def sign_in_to_opening(*, lot_code: str, actor: Actor) -> OpeningSignIn:
    """Sign a bidder of the closing set in; again, the first sign-in stands.

    :raises ActRefused: no opening is under way, or the organisation has no bid in it
    :raises NotFound: no such lot
    """
    with transaction.atomic(durable=True):
        row, now = queries.lock_lot(code=lot_code)
        if row.stage != Stage.OPENING:
            raise ActRefused([NO_OPENING])
        own = bid_queries.bids_in_closing_set(row).filter(bidder_id=actor.organisation_id or 0)
        refuse_if([] if actor.role is Role.BIDDER and own.exists() else [NO_BID])
        return _signed_in(row, bid_queries.opening_of(row), actor=actor, now=now)


def _signed_in(lot: Lot, opening: Opening, *, actor: Actor, now: datetime) -> OpeningSignIn:
    sign_in, fresh = OpeningSignIn.objects.get_or_create(
        opening=opening, organisation_id=actor.organisation_id or 0, defaults={"person_name": actor.name, "at": now}
    )
    if fresh:
        payload = {"bidder": actor.uscc}
        ledger.append("opening.signed_in", lot=lot.code, at=now, payload=payload, actor=actor)
    return sign_in
