"""A member pledges: no ground of recusal, confidentiality, independence (EC-12, EP)."""

from django.db import transaction

import ledger
from evaluation.models import Member, MemberState
from evaluation.operations.seating import take_seat
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.refusals import refuse_if

NAMES_SEALED = Reason("names_sealed", _("投标人名单在开标后公布，请届时核对回避情形再作承诺。"), "EB-30")


@transaction.atomic(durable=True)
def pledge(*, lot_code: str, actor: Actor) -> Member:
    """Record the pledge and return the member; pledging again changes nothing.

    :raises ActRefused: not a member, suspended, or the bidders' names are not out yet
    """
    lot, _committee, member, now = take_seat(lot_code, actor, pledged=False)
    if member.state == MemberState.SEATED:
        return member
    refuse_if([NAMES_SEALED] if lot.stage in ("closed", "opening") else [])
    member.state, member.pledged_at = MemberState.SEATED, now
    member.save(update_fields=["state", "pledged_at"])
    ledger.append("member.pledged", lot=lot.code, at=now, actor=actor, payload={"seat": member.seat})
    return member
