"""How every operation moves a lot: judge with the table, gather all reasons, compare-and-set, set what is due next.

These two functions write nothing but the lot's own row; they open no transaction and append nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from identity.actor import Actor
from lawbook.reasons import Reason
from tendering.dates import next_due_at
from tendering.models import Lot
from tendering.queries import owns
from tendering.queries.lots import OWNERS
from tendering.refusals import NOT_YOURS, ActRefused, LostRace
from tendering.rules.facts import Facts
from tendering.rules.lifecycle import Event, Move, MoveRefused, Stage, next_move

# Where the move is not the actor's at all, nothing else about the lot is told.
NOT_THE_ACTORS = frozenset({"no_such_move", "wrong_role"})


def require_owner(lot: Lot, actor: Actor) -> None:
    """Return if `actor` acts for the lot's purchaser or agency.

    :raises ActRefused: otherwise, and without a word about the lot's state
    """
    if not owns(lot.project, actor):
        raise ActRefused([NOT_YOURS])


def judge(lot: Lot, event: Event, *, actor: Actor, facts: Facts, also: Sequence[Reason] = ()) -> Move:
    """Return the move that `actor` may make now; `also` are reasons that the operation found itself.

    :raises MoveRefused: with `also` and every reason of the table
    :raises ActRefused: the actor's role may, but not for this lot
    """
    if actor.role in OWNERS:
        require_owner(lot, actor)
    try:
        move = next_move(Stage(lot.stage), event, role=actor.role, facts=facts)
    except MoveRefused as refused:
        if refused.codes & NOT_THE_ACTORS:
            raise
        known = {reason.code for reason in also}
        raise MoveRefused([*also, *(r for r in refused.reasons if r.code not in known)]) from None
    if also:
        raise MoveRefused(also)
    return move


def carry_out(lot: Lot, move: Move, *, now: datetime, **columns: Any) -> Lot:
    """Write the move: the stage as it was read is compared, the new one and `columns` are set, and the next due date.

    :raises LostRace: another request or worker moved the lot first
    """
    for name, value in columns.items():
        setattr(lot, name, value)
    if move.target != move.source:
        lot.stage, lot.stage_at = move.target.value, now
    lot.next_due_at = next_due_at(lot)
    changes = {**columns, "stage": lot.stage, "stage_at": lot.stage_at, "next_due_at": lot.next_due_at}
    if Lot.objects.filter(pk=lot.pk, stage=move.source.value).update(**changes) != 1:
        raise LostRace(lot.code)
    return lot
