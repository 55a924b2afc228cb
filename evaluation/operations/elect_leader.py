"""The members elect their leader: one vote each, more than half decides (EC-9)."""

from collections import Counter

from django.db import transaction

import ledger
from evaluation import queries
from evaluation.models import Committee
from evaluation.operations.seating import take_seat
from evaluation.refusals import WRONG_PHASE
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.refusals import refuse_if

NO_SUCH_SEAT = Reason("no_such_seat", _("没有这个席位。"), "EC-9")
ELECTED = Reason("leader_elected", _("负责人已经产生。"), "EC-9")
OPEN_PHASES = frozenset({"gathering", "preliminary", "detailed", "summary"})  # nobody else could draft the report


@transaction.atomic(durable=True)
def elect_leader(*, lot_code: str, actor: Actor, seat: int) -> Committee:
    """Vote for the member in `seat` (one's own allowed) and return the committee; a later vote replaces the earlier.

    :raises ActRefused: not a pledged member, no such seat, a leader was elected
    """
    lot, committee, _member, now = take_seat(lot_code, actor)
    sitting = {member.seat: member for member in queries.members(committee)}
    checks = (
        (seat not in sitting, NO_SUCH_SEAT),
        (any(member.leader for member in sitting.values()), ELECTED),
        (committee.phase not in OPEN_PHASES, WRONG_PHASE),
    )
    refuse_if([reason for failed, reason in checks if failed])
    committee.votes = {**committee.votes, actor.login: seat}
    committee.save(update_fields=["votes"])
    voters = {member.person.login for member in sitting.values()}
    tally = Counter(chosen for login, chosen in committee.votes.items() if login in voters)
    chosen, count = tally.most_common(1)[0]
    if 2 * count > len(sitting):
        sitting[chosen].leader = True
        sitting[chosen].save(update_fields=["leader"])
        payload = {"seat": chosen, "votes": count, "members": len(sitting)}
        ledger.append("leader.elected", lot=lot.code, at=now, actor=actor, payload=payload)
    return committee
