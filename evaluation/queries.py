"""Reads of evaluation: the pool, the committee, sheets, readings, the rules' inputs. Callers decide who sees it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from evaluation.models import Committee, Expert, Member, MemberState, Reading, ReadingState, Report, Sheet, Suggestion
from evaluation.rules.committee import Candidate, FormerEmployer, MemberKind, Parties, Seat
from evaluation.rules.marks import findings_of, scores_of
from evaluation.rules.preliminary import Finding, Review, review
from evaluation.rules.price_score import settled_coefficients
from evaluation.rules.result import Opened
from evaluation.rules.scheme import Scheme, parse
from evaluation.rules.sheets import Sheet as RuleSheet
from identity.roles import Role
from tendering import bid_queries
from tendering.draw_queries import drawn_coefficients
from tendering.models import Bid, BidState, Lot, OpenedBid

SITTING = (MemberState.DRAWN, MemberState.SEATED)
PRELIMINARY, DETAILED = "preliminary", "detailed"


def committee_of(lot: Lot) -> Committee | None:
    """Return the lot's committee, None before the draw."""
    return Committee.objects.filter(lot=lot).first()


def members(committee: Committee) -> QuerySet[Member]:
    """Return who sits now, by seat."""
    return committee.members.filter(state__in=SITTING).select_related("person").order_by("seat")


def member_of(lot: Lot, login: str) -> Member | None:
    """Return the sitting member with this login."""
    found = Member.objects.select_related("committee", "person")
    return found.filter(committee__lot=lot, person__login=login, state__in=SITTING).first()


def member_logins(lot_id: int) -> frozenset[str]:
    """Return the logins of everybody who sits on the lot's committee, for the policy (`tendering.seats`)."""
    rows = Member.objects.filter(committee__lot_id=lot_id, state__in=SITTING)
    return frozenset(rows.values_list("person__login", flat=True))


def seats_of(login: str) -> QuerySet[Member]:
    """Return the person's seats, the newest first, with their lots."""
    found = Member.objects.select_related("committee__lot__project__purchaser", "committee__lot__project__agency")
    return found.filter(person__login=login, state__in=SITTING).order_by("-committee__formed_at")


def scheme_of(lot: Lot) -> Scheme:
    """Return the scheme locked into the tender."""
    return parse(lot.scheme)


def composition(committee: Committee) -> list[Seat]:
    """Return the committee as the rules look at it."""
    return [Seat(m.person.login, MemberKind(m.kind), m.leader) for m in members(committee)]


def parties(lot: Lot) -> Parties:
    """Return who buys and who bids in this lot, by USCC."""
    project = lot.project
    buyers = {project.purchaser.uscc} | ({project.agency.uscc} if project.agency else set())
    bidders = Bid.objects.filter(lot=lot, in_closing_set=True).values_list("bidder__uscc", flat=True)
    return Parties(frozenset(buyers), frozenset(bidders))


def pool(lot: Lot, specialty: str) -> list[Candidate]:
    """Return the active experts of a specialty, whose role has not ended, as the recusal rules look at them."""
    experts = Expert.objects.filter(
        active=True,
        specialty=specialty,
        person__is_active=True,
        person__memberships__role=Role.EXPERT,
        person__memberships__ended_at=None,
    ).distinct()
    return [as_candidate(expert) for expert in experts.select_related("person", "employer").order_by("person__login")]


def as_candidate(expert: Expert) -> Candidate:
    """Return an expert as the recusal rules look at one.

    Every role in force counts as acting for its organisation, the expert's own included, as the policy counts it:
    whoever it would keep out of the room must not be drawn.
    """
    held = expert.person.memberships.filter(ended_at=None)
    acts_for = held.values_list("organisation__uscc", flat=True)
    supervises = held.filter(role=Role.REGULATOR).exists()
    return Candidate(
        person=expert.person.login,
        employer=expert.employer.uscc if expert.employer else "",
        former_employers=tuple(
            FormerEmployer(row["uscc"], date.fromisoformat(row["left_on"])) for row in expert.former_employers
        ),
        acts_for=frozenset(acts_for),
        supervises=supervises,
    )


def opened(lot: Lot) -> list[OpenedBid]:
    """Return the opened bids in reading order."""
    return list(bid_queries.opened_bids(lot))


def opened_digests(lot: Lot) -> list[str]:
    """Return the digests of the opened bids in reading order."""
    return [row.bid.bid_digest for row in opened(lot)]


def sheets(committee: Committee, phase: str) -> dict[str, Sheet]:
    """Return login → sheet of one phase, of sitting members."""
    rows = Sheet.objects.filter(member__committee=committee, member__state__in=SITTING, phase=phase)
    return {sheet.member.person.login: sheet for sheet in rows.select_related("member__person")}


def progress(committee: Committee) -> list[dict[str, Any]]:
    """Return how far each member is: seat, name, submitted or not, marks made; never a mark itself."""
    phase = committee.phase if committee.phase in (PRELIMINARY, DETAILED) else DETAILED
    found = sheets(committee, phase)
    return [
        {
            "member": member,
            "submitted_at": found[member.person.login].submitted_at if member.person.login in found else None,
            "marks": _count(found[member.person.login].marks) if member.person.login in found else 0,
        }
        for member in members(committee)
    ]


def _count(marks: dict[str, Any]) -> int:
    return sum(len(items) for items in marks.values())


def findings(sheet: Sheet) -> dict[str, dict[str, Finding]]:
    """Return a preliminary sheet as the rules read it: bid → item → finding."""
    return findings_of(sheet.marks)


def scores(sheet: Sheet) -> RuleSheet:
    """Return a detailed sheet as the rules read it. The member is the seat:

    what the rules make of it goes into the report and the ledger, where nobody is named before the result (BL-37).
    """
    return scores_of(str(sheet.member.seat), sheet.marks)


def reviews(lot: Lot, committee: Committee) -> dict[str, Review]:
    """Return the outcome of the preliminary review, once all have submitted: digest → review, votes by seat."""
    submitted = sheets(committee, PRELIMINARY)
    given = {str(sheet.member.seat): findings(sheet) for sheet in submitted.values()}
    return review(scheme_of(lot), given, bids=opened_digests(lot))


def valid_digests(lot: Lot, committee: Committee) -> list[str]:
    """Return the bids that passed the preliminary review, in reading order."""
    return [digest for digest, found in reviews(lot, committee).items() if found.valid]


def opened_terms(lot: Lot, valid: Iterable[str]) -> Opened:
    """Return what the opening fixed for the valid bids, for the price rule."""
    wanted = set(valid)
    rows = [row for row in opened(lot) if row.bid.bid_digest in wanted]
    scheme = scheme_of(lot)
    drawn = {name: Decimal(value) for name, value in drawn_coefficients(lot).items()}
    return Opened(
        prices={row.bid.bid_digest: row.price_yuan for row in rows},
        price_kind=lot.price_kind,
        ceiling=lot.ceiling_yuan,
        **({"coefficients": settled_coefficients(scheme.price, drawn)} if scheme.price else {}),
    )


def report_of(lot: Lot) -> Report | None:
    """Return the drafted or signed report."""
    return Report.objects.filter(lot=lot).first()


def suggestions(bids: Iterable[int], item: str = "") -> QuerySet[Suggestion]:
    """Return suggestions of these bids (rows), of one item when given, the surest first."""
    found = Suggestion.objects.filter(bid_id__in=list(bids)).select_related("reading", "bid")
    return (found.filter(item=item) if item else found).order_by("bid_id", "item", "-confidence", "pk")


def readings(lot: Lot) -> QuerySet[Reading]:
    """Return every file of the opened bids with its state."""
    return (
        Reading.objects.filter(bid__lot=lot, bid__state=BidState.OPENED)
        .select_related("bid")
        .order_by("bid_id", "name")
    )


def reading_progress(lot: Lot) -> dict[str, int]:
    """Return how many files there are, are read, and failed."""
    states = list(readings(lot).values_list("state", flat=True))
    return {
        "files": len(states),
        "done": states.count(ReadingState.DONE),
        "failed": states.count(ReadingState.FAILED),
    }
