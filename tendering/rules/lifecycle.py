"""The life of a lot as one table of moves (family `tendering`, ranked path), and the function that reads it.

A move is lawful only when a row of MOVES has its stage, event and role and every guard of the row holds.
Suspension is an overlay, not a stage: it refuses every move but RESUME and TERMINATE. Pure; told `now` by the facts.
"""

from dataclasses import dataclass
from enum import StrEnum

from identity.roles import ROLE_NAMES, Role
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from tendering.rules import guards as g
from tendering.rules.facts import Facts
from tendering.rules.guards import Guard


class Stage(StrEnum):
    """Where a lot stands. `awarding` is kept for evaluation-award separation and has no moves yet."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ANNOUNCED = "announced"
    CLOSED = "closed"
    OPENING = "opening"
    OPENED = "opened"
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    CANDIDATES_PUBLISHED = "candidates_published"
    AWARDING = "awarding"
    RESULT_PUBLISHED = "result_published"
    AWARDED = "awarded"
    CONTRACTED = "contracted"
    ARCHIVED = "archived"
    FAILED = "failed"
    TERMINATED = "terminated"


class Event(StrEnum):
    """What somebody, or the clock, wants to do with a lot: the law's verbs."""

    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    ANNOUNCE = "announce"
    AMEND = "amend"
    POSTPONE = "postpone"
    CLOSE = "close"
    FAIL = "fail"
    START_OPENING = "start_opening"
    FINISH_OPENING = "finish_opening"
    START_EVALUATION = "start_evaluation"
    FINISH_EVALUATION = "finish_evaluation"
    PUBLISH_CANDIDATES = "publish_candidates"
    PUBLISH_RESULT = "publish_result"
    AWARD = "award"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    SIGN_CONTRACT = "sign_contract"
    ARCHIVE = "archive"


STAGE_NAMES: dict[Stage, str] = {
    Stage.DRAFT: _("编制"),
    Stage.SUBMITTED: _("待受理"),
    Stage.ACCEPTED: _("已受理"),
    Stage.ANNOUNCED: _("招标公告"),
    Stage.CLOSED: _("投标截止"),
    Stage.OPENING: _("开标中"),
    Stage.OPENED: _("已开标"),
    Stage.EVALUATING: _("评标中"),
    Stage.EVALUATED: _("评标完成"),
    Stage.CANDIDATES_PUBLISHED: _("候选人公示"),
    Stage.AWARDING: _("定标中"),
    Stage.RESULT_PUBLISHED: _("结果公告"),
    Stage.AWARDED: _("已发中标通知书"),
    Stage.CONTRACTED: _("已签合同"),
    Stage.ARCHIVED: _("已归档"),
    Stage.FAILED: _("流标"),
    Stage.TERMINATED: _("终止"),
}

EVENT_NAMES: dict[Event, str] = {
    Event.SUBMIT: _("提交登记"),
    Event.RETURN: _("退回"),
    Event.ACCEPT: _("受理"),
    Event.ANNOUNCE: _("发布招标公告"),
    Event.AMEND: _("澄清或修改招标文件"),
    Event.POSTPONE: _("延期"),
    Event.CLOSE: _("投标截止"),
    Event.FAIL: _("宣布流标"),
    Event.START_OPENING: _("开始开标"),
    Event.FINISH_OPENING: _("结束开标"),
    Event.START_EVALUATION: _("开始评标"),
    Event.FINISH_EVALUATION: _("完成评标"),
    Event.PUBLISH_CANDIDATES: _("公示中标候选人"),
    Event.PUBLISH_RESULT: _("公布中标结果"),
    Event.AWARD: _("发出中标通知书"),
    Event.SUSPEND: _("责令暂停"),
    Event.RESUME: _("恢复"),
    Event.TERMINATE: _("终止招标"),
    Event.SIGN_CONTRACT: _("登记合同"),
    Event.ARCHIVE: _("归档"),
}


@dataclass(frozen=True)
class Move:
    """One row of the table; `target` equals `source` where the stage stays."""

    source: Stage
    event: Event
    target: Stage
    roles: tuple[Role, ...]
    law: str
    guards: tuple[Guard, ...] = ()


class MoveRefused(Refused):
    """The move is not lawful now; every reason is told."""


BUYER = (Role.PURCHASER, Role.AGENCY)
CENTRE = (Role.CENTRE,)
CLOCK = (Role.CLOCK,)
HOST = (Role.CENTRE, Role.PURCHASER, Role.AGENCY)

S, E = Stage, Event

_PATH = (
    Move(S.DRAFT, E.SUBMIT, S.SUBMITTED, BUYER, "BL-9", (g.DETAILS_COMPLETE,)),
    Move(S.SUBMITTED, E.RETURN, S.DRAFT, CENTRE, "BL-9", (g.REASON_GIVEN,)),
    Move(S.SUBMITTED, E.ACCEPT, S.ACCEPTED, CENTRE, "BL-9", (g.DETAILS_COMPLETE,)),
    Move(
        S.ACCEPTED,
        E.ANNOUNCE,
        S.ANNOUNCED,
        BUYER,
        "BL-16",
        (g.DOCUMENT_PUBLISHED, g.SCHEME_VALID, g.DEADLINE_AHEAD, g.PERIODS_LAWFUL, g.PARAMETERS_SIGNED),
    ),
    Move(
        S.ANNOUNCED,
        E.AMEND,
        S.ANNOUNCED,
        BUYER,
        "BL-23",
        (g.BEFORE_DEADLINE_OR_FROZEN, g.DOCUMENT_PUBLISHED, g.SCHEME_VALID, g.PERIODS_LAWFUL, g.PARAMETERS_SIGNED),
    ),
    Move(
        S.ANNOUNCED,
        E.POSTPONE,
        S.ANNOUNCED,
        BUYER,
        "BR-21",
        (g.BEFORE_DEADLINE_OR_FROZEN, g.NEW_DEADLINE_LATER, g.REASON_GIVEN, g.PARAMETERS_SIGNED),
    ),
    Move(
        S.ANNOUNCED,
        E.CLOSE,
        S.CLOSED,
        CLOCK,
        "BL-34",
        (g.DEADLINE_PASSED, g.DEADLINE_NOT_FROZEN, g.ENOUGH_BIDDERS),
    ),
    # BL-28, BR-44: too few bids: nothing is opened, everything is returned sealed.
    Move(
        S.ANNOUNCED,
        E.FAIL,
        S.FAILED,
        CLOCK,
        "BL-28",
        (g.DEADLINE_PASSED, g.DEADLINE_NOT_FROZEN, g.TOO_FEW_BIDDERS),
    ),
    Move(S.CLOSED, E.START_OPENING, S.OPENING, CLOCK, "BL-34", (g.DEADLINE_PASSED, g.ENOUGH_BIDDERS)),
    Move(
        S.OPENING,
        E.FINISH_OPENING,
        S.OPENED,
        (Role.CLOCK, *HOST),
        "EB-30",
        (g.WINDOW_OVER, g.ALL_BIDS_RESOLVED, g.SOMETHING_OPENED),
    ),
    Move(S.OPENING, E.FAIL, S.FAILED, CLOCK, "EB-31", (g.WINDOW_OVER, g.ALL_BIDS_RESOLVED, g.NO_BID_OPENED)),
    # Opened means that every bid is settled; prices are then read out, confirmed and recorded before the hand-over.
    Move(
        S.OPENED,
        E.START_EVALUATION,
        S.EVALUATING,
        HOST,
        "BL-37",
        (g.RECORD_CONFIRMED, g.OPENING_OBJECTIONS_ANSWERED, g.COMMITTEE_COMPLETE, g.SOMETHING_OPENED),
    ),
    Move(
        S.EVALUATING,
        E.FINISH_EVALUATION,
        S.EVALUATED,
        (Role.EXPERT,),
        "BL-40",
        (g.SHEETS_SUBMITTED, g.OUTLIERS_EXPLAINED, g.REPORT_SIGNED),
    ),
    Move(
        S.EVALUATED,
        E.PUBLISH_CANDIDATES,
        S.CANDIDATES_PUBLISHED,
        BUYER,
        "BR-54",
        (g.REPORT_SIGNED, g.CANDIDATES_NAMED),
    ),
    Move(S.EVALUATED, E.FAIL, S.FAILED, BUYER, "BL-42", (g.REPORT_SIGNED, g.ALL_BIDS_REJECTED)),
    Move(
        S.CANDIDATES_PUBLISHED,
        E.PUBLISH_RESULT,
        S.RESULT_PUBLISHED,
        BUYER,
        "BR-55",
        (g.PUBLICITY_OVER, g.OBJECTIONS_ANSWERED, g.WINNER_DETERMINED),
    ),
    # BR-55: instead of stepping down to the next candidate the purchaser may tender again.
    Move(
        S.CANDIDATES_PUBLISHED,
        E.FAIL,
        S.FAILED,
        BUYER,
        "BR-55",
        (g.OBJECTIONS_ANSWERED, g.FIRST_CANDIDATE_FALLEN, g.REASON_GIVEN),
    ),
    Move(S.RESULT_PUBLISHED, E.AWARD, S.AWARDED, BUYER, "BL-45", (g.WINNER_DETERMINED, g.AWARD_NOTICE_SIGNED)),
    Move(S.AWARDED, E.SIGN_CONTRACT, S.CONTRACTED, BUYER, "BL-46", (g.CONTRACT_FILED,)),
    Move(S.CONTRACTED, E.ARCHIVE, S.ARCHIVED, HOST, "BL-47", (g.REPORT_FILED,)),
)

_UNDER_WAY = (
    S.ACCEPTED,
    S.ANNOUNCED,
    S.CLOSED,
    S.OPENING,
    S.OPENED,
    S.EVALUATING,
    S.EVALUATED,
    S.CANDIDATES_PUBLISHED,
    S.RESULT_PUBLISHED,
)
# BR-31: a tender may be ended for good until the award notice binds both sides (BL-45).
_TERMINABLE = (S.DRAFT, S.SUBMITTED, *_UNDER_WAY)

_SUSPENSION = tuple(
    move
    for stage in _UNDER_WAY
    for move in (
        Move(stage, E.SUSPEND, stage, (Role.REGULATOR,), "BR-62", (g.NOT_YET_SUSPENDED, g.REASON_GIVEN)),
        Move(stage, E.RESUME, stage, (Role.REGULATOR,), "BR-62", (g.SUSPENDED, g.REASON_GIVEN)),
    )
)
_TERMINATION = tuple(Move(stage, E.TERMINATE, S.TERMINATED, BUYER, "BR-31", (g.REASON_GIVEN,)) for stage in _TERMINABLE)

MOVES: tuple[Move, ...] = _PATH + _SUSPENSION + _TERMINATION
_BY_CELL = {(move.source, move.event): move for move in MOVES}

FREE_OF_SUSPENSION = frozenset({E.SUSPEND, E.RESUME, E.TERMINATE})
FINAL = frozenset({S.ARCHIVED, S.FAILED, S.TERMINATED})


def moves_from(stage: Stage, role: Role | None = None) -> tuple[Move, ...]:
    """Return the rows that leave `stage`, of one role where it is given; guards are not judged."""
    return tuple(move for move in MOVES if move.source is stage and (role is None or role in move.roles))


def next_move(stage: Stage, event: Event, *, role: Role, facts: Facts) -> Move:
    """Return the one move that `role` may make now.

    Facts are judged only for the role that may act: a refusal must not tell a stranger how many have bid (BL-22).

    :raises MoveRefused: with every reason why not
    """
    move = _BY_CELL.get((stage, event))
    if move is None:
        raise MoveRefused([_no_such_move(stage, event)])
    if role not in move.roles:
        raise MoveRefused([_wrong_role(move)])
    overlay = () if event in FREE_OF_SUSPENSION else (g.NOT_SUSPENDED,)
    reasons = [reason for guard in (*overlay, *move.guards) for reason in guard.objections(facts)]
    if reasons:
        raise MoveRefused(reasons)
    return move


def _no_such_move(stage: Stage, event: Event) -> Reason:
    return g.reason("no_such_move", stage=STAGE_NAMES[stage], event=EVENT_NAMES[event])


def _wrong_role(move: Move) -> Reason:
    roles = "、".join(ROLE_NAMES[role] for role in move.roles)
    return g.reason("wrong_role", move.law, event=EVENT_NAMES[move.event], roles=roles)
