"""A person's desk: the lots of their work, each with its next action, whose it is, and its date.

Dates come from the lot's pending dates and from the legal periods counted from what happened. One query for a desk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from identity.actor import Actor
from identity.roles import Role
from lawbook.words import gettext_noop as _
from tendering.dates import pending
from tendering.models import Bid, BidState, Candidate, Download, Lot, Question, Upload
from tendering.queries.lots import OWNERS
from tendering.rules import periods

DONE = frozenset({"contracted", "archived", "terminated"})


@dataclass(frozen=True)
class Step:
    """What comes next at a stage: words for people, who does it, and the date if the law sets one."""

    words: str
    roles: frozenset[Role]
    date: Callable[[Lot], datetime | None] = lambda lot: None
    waits: bool = False  # the act becomes lawful only at the date, instead of being due by it


@dataclass(frozen=True)
class DeskRow:
    """A lot on a desk. `yours`: the desk's owner is to act; `overdue`: its date is over; `reseal`: bid again (4.5)."""

    lot: Lot
    next_action: str
    next_at: datetime | None
    overdue: bool
    yours: bool
    unanswered_questions: int
    unanswered_objections: int
    reseal: bool


def _first_pending(lot: Lot) -> datetime | None:
    dates = pending(lot)
    return dates[0].at if dates else None


def _publish_candidates_by(lot: Lot) -> datetime | None:
    return lot.evaluated_at and periods.end_of(lot.project.procedure, "publicity_start", lot.evaluated_at)


def _contract_by(lot: Lot) -> datetime | None:
    return lot.awarded_at and periods.end_of(lot.project.procedure, "contract", lot.awarded_at)


CENTRE = frozenset({Role.CENTRE})
CLOCK = frozenset({Role.CLOCK})

STEPS: dict[str, Step] = {
    "draft": Step(_("填写并提交"), OWNERS),
    "submitted": Step(_("受理或退回"), CENTRE),
    "accepted": Step(_("签名并发布招标公告"), OWNERS),
    "announced": Step(_("投标截止"), CLOCK, _first_pending),
    "closed": Step(_("开标"), CLOCK, _first_pending),
    "opening": Step(_("解密截止"), CLOCK, _first_pending),
    "opened": Step(_("抽取评标专家"), CENTRE),
    "evaluating": Step(_("评标"), frozenset({Role.EXPERT})),
    "evaluated": Step(_("公示中标候选人"), OWNERS, _publish_candidates_by),
    "candidates_published": Step(_("公示期满后确定中标人"), OWNERS, _first_pending, waits=True),
    "result_published": Step(_("发出中标通知书"), OWNERS),
    "awarded": Step(_("订立合同"), OWNERS, _contract_by),
    "failed": Step(_("重新招标"), OWNERS),
}
SUSPENDED = Step(_("已暂停，等待监督部门恢复"), frozenset({Role.REGULATOR}))
ALL_REJECTED = Step(_("宣布流标"), OWNERS)  # evaluated, and nobody is recommended (BL-42)
NOTHING = Step("", frozenset())


def desk(actor: Actor, now: datetime) -> list[DeskRow]:
    """Return the lots of this person's work: what they have to do first, then by date, then the newest.

    Purchasers and agencies: their own; the centre: what was submitted; the regulator: what was announced; bidders:
    where they downloaded, asked, uploaded or bid. Others have none here (experts' seats belong to `evaluation`).
    """
    rows = [_row(lot, actor, now) for lot in _lots_of(actor)]
    return sorted(rows, key=_order)


def _order(row: DeskRow) -> tuple[bool, bool, float, float]:
    at = row.next_at.timestamp() if row.next_at else 0.0
    return (not (row.yours or row.reseal), row.next_at is None, at, -row.lot.stage_at.timestamp())


def _lots_of(actor: Actor) -> QuerySet[Lot]:
    lots = Lot.objects.select_related("project__purchaser", "project__agency", "opening")
    mine = _MINE.get(actor.role)
    if mine is None or (actor.organisation_id is None and actor.role in {*OWNERS, Role.BIDDER}):
        return lots.none()
    return lots.filter(mine(actor)).annotate(
        unanswered_questions=Count("questions", filter=Q(questions__answered_at__isnull=True), distinct=True),
        unanswered_objections=Count("objections", filter=Q(objections__answered_at__isnull=True), distinct=True),
        recommended=Exists(Candidate.objects.filter(lot=OuterRef("pk"))),
        superseded=Exists(_own_bids(actor).filter(state=BidState.SUPERSEDED)),
        in_force=Exists(_own_bids(actor).filter(state=BidState.RECEIVED)),
    )


def _own_bids(actor: Actor) -> QuerySet[Bid]:
    return Bid.objects.filter(lot=OuterRef("pk"), bidder_id=actor.organisation_id)


def _touched_by(actor: Actor) -> Q:
    """Return the lots a bidder has had to do with."""
    organisation = actor.organisation_id or 0
    return (
        Q(Exists(_own_bids(actor)))
        | Q(Exists(Upload.objects.filter(lot=OuterRef("pk"), bidder_id=organisation)))
        | Q(Exists(Question.objects.filter(lot=OuterRef("pk"), asker_id=organisation)))
        | Q(Exists(Download.objects.filter(document__lot=OuterRef("pk"), organisation_id=organisation)))
    )


_MINE: dict[Role, Callable[[Actor], Q]] = {
    Role.PURCHASER: lambda actor: Q(project__purchaser_id=actor.organisation_id),
    Role.AGENCY: lambda actor: Q(project__agency_id=actor.organisation_id),
    Role.CENTRE: lambda actor: ~Q(stage="draft"),
    Role.REGULATOR: lambda actor: Q(announced_at__isnull=False),
    Role.BIDDER: _touched_by,
}


def _step(lot: Lot) -> Step:
    if lot.suspended_at:
        return SUSPENDED
    if lot.stage == "evaluated" and not vars(lot)["recommended"]:
        return ALL_REJECTED
    return STEPS.get(lot.stage, NOTHING)


def _row(lot: Lot, actor: Actor, now: datetime) -> DeskRow:
    step = _step(lot)
    next_at = step.date(lot)
    ripe = next_at is not None and next_at <= now
    counts = vars(lot)  # the annotations
    return DeskRow(
        lot=lot,
        next_action=step.words,
        next_at=next_at,
        overdue=ripe and not step.waits and actor.role in step.roles,
        yours=actor.role in step.roles and (ripe or not step.waits),
        unanswered_questions=counts["unanswered_questions"] if actor.role in OWNERS else 0,
        unanswered_objections=counts["unanswered_objections"] if actor.role is not Role.BIDDER else 0,
        reseal=lot.stage == "announced" and counts["superseded"] and not counts["in_force"],
    )
