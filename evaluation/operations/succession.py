"""Who follows in a seat: the next of the recorded order who may still sit. Part of operations, never one.

An order that is used up leaves the seat vacant; the trading centre then holds a supplementary draw (EP-20).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evaluation import queries
from evaluation.models import Committee, Member
from evaluation.operations.draw_committee import inputs_of, seats_of
from evaluation.rules.committee import MemberKind, eligible
from evaluation.rules.draw import specialty_at, whole_orders
from identity.models import Person
from tendering.models import Lot
from tendering.rules import draws
from tendering.rules.calendars import legal_day


def leave(committee: Committee, gone: Member, *, state: str, reason: str) -> None:
    """Take the member out of the seat. Whoever voted for them did not vote for the successor (EC-9)."""
    gone.state, gone.conflict, gone.leader = state, reason.strip()[:2000], False
    gone.save(update_fields=["state", "conflict", "leader"])
    votes = {login: seat for login, seat in committee.votes.items() if seat != gone.seat}
    votes.pop(gone.person.login, None)
    committee.votes = votes
    if gone.kind == MemberKind.EXPERT:
        _pass_over(committee, [gone.person.login])
    committee.save(update_fields=["draw", "votes"])


def next_in_order(lot: Lot, committee: Committee, seat: int, *, now: datetime) -> Member | None:
    """Seat the next expert of the recorded orders and return the member; None where nobody is left.

    Whoever may not sit any more (out of the pool, role ended, a ground of recusal since) is passed over.
    """
    specialty = specialty_at(seats_of(committee), seat)
    free = set(available(lot, specialty, now=now))
    called = set(committee.members.values_list("person__login", flat=True))
    order = [login for login in orders_of(committee)[specialty] if login not in called]
    following = next((login for login in order if login in free), None)
    ready = order if following is None else order[: order.index(following)]
    _pass_over(committee, ready)
    committee.save(update_fields=["draw"])
    return None if following is None else put(committee, Person.objects.get(login=following), MemberKind.EXPERT, seat)


def supplement(lot: Lot, committee: Committee, seat: int, *, now: datetime) -> dict[str, Any] | None:
    """Draw a further order for the seat's specialty, of everybody whom no record names, and return its record.

    Seed, lines and head are those of the draw; None where the pool has nobody else.
    """
    specialty, record = specialty_at(seats_of(committee), seat), committee.draw
    fresh = sorted(set(available(lot, specialty, now=now)) - _named(committee))
    if not fresh:
        return None
    done = supplements_of(committee)
    further = draws.make_record(
        [draws.Matter(f"{specialty}/{len(done) + 1}", tuple(fresh))],
        purpose=record["purpose"],
        seed=bytes.fromhex(record["seed"]),
        committed=record["commitment"],
        contributions=record["contributions"],
        checkpoint=record["checkpoint"],
    )
    record["supplements"] = [*done, further]
    committee.save(update_fields=["draw"])
    return further


def put(committee: Committee, person: Person, kind: MemberKind, seat: int) -> Member:
    """Seat a person, who has yet to pledge."""
    return Member.objects.create(committee=committee, person=person, kind=kind.value, seat=seat)


def available(lot: Lot, specialty: str, *, now: datetime) -> tuple[str, ...]:
    """Return who of a specialty may sit on the lot now."""
    return eligible(queries.pool(lot, specialty), queries.parties(lot), on=legal_day(now))


def supplements_of(committee: Committee) -> Sequence[Mapping[str, Any]]:
    """Return the records of the supplementary draws, in order."""
    found: Sequence[Mapping[str, Any]] = committee.draw.get("supplements", [])
    return found


def orders_of(committee: Committee) -> dict[str, tuple[str, ...]]:
    """Return specialty → everybody in the order in which they are called."""
    return whole_orders(seats_of(committee), inputs_of(committee), supplements=supplements_of(committee))


def _named(committee: Committee) -> set[str]:
    rows = [*committee.draw["matters"], *(row for one in supplements_of(committee) for row in one["matters"])]
    called = committee.members.values_list("person__login", flat=True)
    return {login for row in rows for login in row["candidates"]} | set(called)


def _pass_over(committee: Committee, logins: Sequence[str]) -> None:
    record = committee.draw
    record["unavailable"] = [*record["unavailable"], *logins]
    passed = set(record["unavailable"])
    orders, counts = orders_of(committee), {row["name"]: row["count"] for row in record["matters"]}
    record["result"] = {
        name: [login for login in orders[name] if login not in passed][:count] for name, count in counts.items()
    }
