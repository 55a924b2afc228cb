"""What the acts of a member have in common: the locked lot, the committee, the member who acts. Writes nothing."""

from datetime import datetime

from evaluation import queries
from evaluation.models import Committee, Member, MemberState
from evaluation.refusals import NO_COMMITTEE, NOT_MEMBER, NOT_PLEDGED
from identity.actor import Actor
from lawbook.reasons import Reason
from tendering.models import Lot
from tendering.queries import lock_lot
from tendering.refusals import SUSPENDED, ActRefused


def take_seat(lot_code: str, actor: Actor, *, pledged: bool = True) -> tuple[Lot, Committee, Member, datetime]:
    """Lock the lot and return it with its committee, the acting member and the instant.

    :raises ActRefused: suspended, no committee, not a member of it, or (with `pledged`) no pledge yet
    """
    lot, now = lock_lot(code=lot_code)
    committee = queries.committee_of(lot)
    member = queries.member_of(lot, actor.login)
    reasons: list[Reason] = [SUSPENDED] if lot.suspended_at is not None else []
    if committee is None:
        raise ActRefused([*reasons, NO_COMMITTEE])
    if member is None:
        raise ActRefused([*reasons, NOT_MEMBER])
    if pledged and member.state != MemberState.SEATED:
        reasons.append(NOT_PLEDGED)
    if reasons:
        raise ActRefused(reasons)
    return lot, committee, member, now
