"""The one policy: who may do what at which stage of a lot. A table and one pure function that reads it.

A `Grant` says: these roles, standing in this relation to the lot, at these stages. A `Rule` allows an act when one of
its grants holds. Whether the act is lawful *now* (deadlines, suspension, objections) is for the lifecycle to judge.
`secret` acts answer "not found" to whoever may not: their existence is not for everybody.

3.4: in one lot nobody holds two of purchaser or agency, bidder, member of the committee (the purchaser's own
representative in the committee excepted, BL-37); who runs the servers never bids (EB-23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from identity.actor import Actor
from identity.acts import Act, Decision, Grant, Relation, Rule, Subject
from identity.roles import ROLE_NAMES, Role
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

__all__ = [
    "EVERY_STAGE",
    "EXITS",
    "PATH",
    "RULES",
    "Act",
    "Decision",
    "Grant",
    "Relation",
    "Rule",
    "Subject",
    "decide",
]

# the path of a lot, in order; the words are those of tendering.rules.lifecycle.Stage (a test compares them)
PATH = (
    *("draft", "submitted", "accepted", "announced", "closed", "opening", "opened", "evaluating", "evaluated"),
    *("candidates_published", "awarding", "result_published", "awarded", "contracted", "archived"),
)
EXITS = ("failed", "terminated")
EVERY_STAGE = frozenset((*PATH, *EXITS))


def _at(*stages: str) -> frozenset[str]:
    return frozenset(stages)


def _from(first: str, last: str = "archived") -> frozenset[str]:
    """Return the stages of the path from `first` to `last`, both included."""
    return frozenset(PATH[PATH.index(first) : PATH.index(last) + 1])


_BUYER = frozenset({Role.PURCHASER, Role.AGENCY})
_BIDDER = frozenset({Role.BIDDER})
_SEAT = frozenset({Role.EXPERT, Role.PURCHASER})  # the purchaser's representative sits as purchaser
_CENTRE = frozenset({Role.CENTRE})
_REGULATOR = frozenset({Role.REGULATOR})
_OFFICES = _CENTRE | _REGULATOR
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_CUSTODIAN = frozenset({Role.CUSTODIAN})
_PEOPLE = _BUYER | _BIDDER | _SEAT | _OFFICES | _ADMINISTRATOR
_EVERYBODY = _PEOPLE | {Role.PUBLIC}
_AFTER_ANNOUNCEMENT = _from("announced") | _at(*EXITS)
_UNDER_WAY = _from("accepted", "result_published")
_BEFORE_AWARD = _from("draft", "result_published")


def _alone(roles: Iterable[Role], law: str = "") -> Rule:
    return Rule((Grant(frozenset(roles)),), law=law)


def _owner(stages: frozenset[str], law: str) -> Rule:
    return Rule((Grant(_BUYER, Relation.OWNER, stages),), secret=True, law=law)


def _bidder(relation: Relation, stages: frozenset[str], law: str) -> Rule:
    return Rule((Grant(_BIDDER, relation, stages),), law=law)


def _office(roles: frozenset[Role], stages: frozenset[str], law: str) -> Rule:
    return Rule((Grant(roles, Relation.ANY, stages),), secret=True, law=law)


def _host(stages: frozenset[str], law: str) -> Rule:
    grants = (Grant(_CENTRE, Relation.ANY, stages), Grant(_BUYER, Relation.OWNER, stages))
    return Rule(grants, secret=True, law=law)


def _member(stages: frozenset[str], law: str, *others: Grant) -> Rule:
    return Rule((Grant(_SEAT, Relation.MEMBER, stages), *others), secret=True, law=law)


RULES: dict[Act, Rule] = {
    Act.READ_LIVENESS: _alone(_EVERYBODY | _CUSTODIAN),
    Act.READ_CLOCK: _alone(_EVERYBODY | _CUSTODIAN),
    Act.READ_FEED: _alone(_EVERYBODY | _CUSTODIAN),
    Act.BROWSE_LOTS: _alone(_EVERYBODY),
    Act.SIGN_IN: _alone(_EVERYBODY),
    Act.GO_HOME: _alone(_PEOPLE),
    Act.SWITCH_ROLE: _alone(_PEOPLE),
    Act.MANAGE_KEYS: _alone(_BUYER | _BIDDER | _OFFICES, "EB-24"),
    Act.SEE_PURCHASER_DESK: _alone(_BUYER),
    Act.SEE_BIDDER_DESK: _alone(_BIDDER),
    Act.SEE_EXPERT_DESK: _alone(_SEAT),
    Act.SEE_CENTRE_DESK: _alone(_CENTRE),
    Act.SEE_REGULATOR_DESK: _alone(_REGULATOR),
    Act.REGISTER_PROJECT: _alone(_BUYER, "BL-12"),
    Act.REGISTER_PEOPLE: _alone(_CENTRE | _ADMINISTRATOR),
    Act.MANAGE_CUSTODIANS: _alone(_CENTRE | _ADMINISTRATOR),
    Act.WORK_AS_CUSTODIAN: _alone(_CUSTODIAN),
    Act.COSIGN_LOG: _alone({Role.WITNESS}),
    Act.MANAGE_EXPERTS: _alone(_CENTRE, "BR-46"),
    Act.REHEARSE: _alone(_CENTRE),
    Act.READ_HEALTH: _alone(_CENTRE | _ADMINISTRATOR),
    Act.READ_LOT: Rule(
        (
            Grant(_EVERYBODY | _CUSTODIAN, Relation.PUBLISHED, _AFTER_ANNOUNCEMENT),
            Grant(_BUYER, Relation.OWNER, EVERY_STAGE),
            Grant(_CENTRE, Relation.ANY, EVERY_STAGE - _at("draft")),
            Grant(_REGULATOR, Relation.ANY, EVERY_STAGE),
        ),
        secret=True,
        law="BL-16",
    ),
    Act.EDIT_DRAFT: _owner(_at("draft"), "BL-12"),
    Act.ATTACH_DOCUMENT: _owner(_at("draft", "accepted", "announced"), "BL-19"),
    Act.SUBMIT_LOT: _owner(_at("draft"), "BL-9"),
    Act.RETURN_LOT: _office(_CENTRE, _at("submitted"), "BL-9"),
    Act.ACCEPT_LOT: _office(_CENTRE, _at("submitted"), "BL-9"),
    Act.ATTEND_LOT: _office(_CENTRE, EVERY_STAGE - _at("draft"), "BL-35"),
    Act.ANNOUNCE_LOT: _owner(_at("accepted"), "BL-16"),
    Act.AMEND_LOT: _owner(_at("announced"), "BL-23"),
    Act.DOWNLOAD_DOCUMENT: Rule(
        (
            Grant(_BIDDER, Relation.ELIGIBLE, _AFTER_ANNOUNCEMENT),
            Grant(_SEAT, Relation.MEMBER, _from("opened")),
            Grant(_BUYER, Relation.OWNER, EVERY_STAGE),
            Grant(_CENTRE, Relation.ANY, EVERY_STAGE - _at("draft")),
            Grant(_REGULATOR, Relation.ANY, EVERY_STAGE),
        ),
        law="BR-16",
    ),
    Act.ASK_QUESTION: _bidder(Relation.ELIGIBLE, _at("announced"), "BL-23"),
    Act.READ_QUESTIONS: _owner(_AFTER_ANNOUNCEMENT, "BL-23"),
    Act.ANSWER_QUESTION: _owner(_at("announced"), "BL-23"),
    Act.PREPARE_BID: _bidder(Relation.ELIGIBLE, _at("announced"), "BL-27"),
    # late uploads reach the operation, which refuses them with every reason and records it; a bidder whose stored
    # file was damaged hands in its saved copy until the window closes
    Act.UPLOAD_BID: _bidder(Relation.ELIGIBLE, _from("announced", "opened") | _at("failed"), "EB-26"),
    Act.WITHDRAW_BID: _bidder(Relation.HAS_BID, _from("announced", "opened"), "BL-29"),
    Act.READ_OWN_BID: _bidder(Relation.HAS_BID, _AFTER_ANNOUNCEMENT, "EB-27"),
    Act.SIGN_IN_TO_OPENING: _bidder(Relation.HAS_BID, _at("closed", "opening"), "EB-29"),
    Act.RELEASE_SHARE: _bidder(Relation.HAS_BID, _at("closed", "opening"), "EB-30"),
    Act.ASK_RESCUE: _bidder(Relation.HAS_BID, _at("closed", "opening"), "EB-31"),
    Act.WATCH_HALL: Rule((Grant(_EVERYBODY, Relation.PUBLISHED, _AFTER_ANNOUNCEMENT),), secret=True, law="EB-29"),
    Act.HOST_OPENING: _host(_at("closed", "opening", "opened"), "BL-35"),
    Act.SAY_IN_HALL: Rule(
        (
            Grant(_BIDDER, Relation.HAS_BID, _at("opening", "opened")),
            Grant(_BUYER, Relation.OWNER, _at("opening", "opened")),
            Grant(_CENTRE, Relation.ANY, _at("opening", "opened")),
        ),
        law="BR-44",
    ),
    # who is present may add a line to the draws, the supervisors among them (3.3)
    Act.ADD_DRAW_LINE: Rule(
        (
            Grant(_BIDDER, Relation.HAS_BID, _at("opening", "opened")),
            Grant(_BUYER, Relation.OWNER, _at("opening", "opened")),
            Grant(_OFFICES, Relation.ANY, _at("opening", "opened")),
        ),
        law="EB-29",
    ),
    Act.CONFIRM_PRICE: _bidder(Relation.HAS_BID, _at("opening", "opened"), "BL-36"),
    Act.CONFIRM_RECORD: _host(_at("opened"), "EB-32"),
    Act.READ_OPENING_RECORD: Rule((Grant(_EVERYBODY, Relation.PUBLISHED, _from("opened")),), law="EB-32"),
    Act.DRAW_COMMITTEE: _office(_CENTRE, _from("closed", "evaluating"), "BR-46"),
    # BL-37: names are secret until the result
    Act.SEE_COMMITTEE: _member(
        _from("closed"),
        "BL-37",
        Grant(_OFFICES, Relation.ANY, _from("closed") | _at(*EXITS)),
        Grant(_EVERYBODY, Relation.PUBLISHED, _from("result_published")),
    ),
    Act.PLEDGE: _member(_from("closed", "evaluating"), "BL-37"),
    Act.START_EVALUATION: _host(_at("opened"), "BL-37"),
    # BL-38: during the evaluation the committee alone reads the bids
    Act.READ_BIDS: _member(
        _from("opened", "evaluated"),
        "BL-38",
        Grant(_BUYER, Relation.OWNER, _from("evaluated")),
        Grant(_REGULATOR, Relation.ANY, _from("opened")),
    ),
    Act.FILL_SHEET: _member(_at("evaluating"), "BL-40"),
    Act.SEE_PROGRESS: _member(_from("opened"), "BL-38", Grant(_OFFICES, Relation.ANY, _from("opened"))),
    Act.SIGN_REPORT: _member(_at("evaluating"), "BR-53"),
    Act.READ_REPORT: _member(
        _from("evaluating"),
        "BR-53",
        Grant(_BUYER, Relation.OWNER, _from("evaluated") | _at("failed")),
        Grant(_CENTRE, Relation.ANY, _from("evaluated") | _at("failed")),
        Grant(_REGULATOR, Relation.ANY, _from("evaluating") | _at(*EXITS)),
    ),
    Act.PUBLISH_CANDIDATES: _owner(_at("evaluated"), "BR-54"),
    Act.FILE_OBJECTION: Rule(
        (
            Grant(_BIDDER, Relation.ELIGIBLE, _at("announced")),
            Grant(_BIDDER, Relation.HAS_BID, _at("opening", "opened", "candidates_published")),
        ),
        law="BL-65",
    ),
    Act.ANSWER_OBJECTION: _owner(_from("announced", "candidates_published"), "BR-54"),
    Act.PUBLISH_RESULT: _owner(_at("candidates_published"), "BR-55"),
    Act.ISSUE_AWARD: _owner(_at("result_published"), "BL-45"),
    Act.READ_AWARD: Rule(
        (
            Grant(_BUYER, Relation.OWNER, _from("result_published")),
            Grant(_BIDDER, Relation.HAS_BID, _from("awarded")),
            Grant(_OFFICES, Relation.ANY, _from("awarded")),
        ),
        law="BL-45",
    ),
    Act.SUPERVISE_LOT: _office(_REGULATOR, EVERY_STAGE, "BR-62"),
    Act.SUSPEND_LOT: _office(_REGULATOR, _UNDER_WAY, "BR-62"),
    Act.RESUME_LOT: _office(_REGULATOR, _UNDER_WAY, "BR-62"),
    Act.TERMINATE_LOT: _owner(_BEFORE_AWARD, "BR-31"),
    Act.DECLARE_FAILED: _owner(_at("evaluated", "candidates_published"), "BL-42"),
    Act.RETENDER_LOT: _owner(_at("failed"), "BL-28"),
}


def decide(actor: Actor, act: Act, subject: Subject | None = None) -> Decision:
    """Return whether the actor may do the act, and if not, every reason of the grant that came closest."""
    rule = RULES[act]
    if subject is None and rule.needs_subject:
        return Decision(False, (NO_SUBJECT,), rule.secret)
    objections = [_objections(grant, actor, subject, rule.law) for grant in rule.grants if actor.role in grant.roles]
    if not objections:
        return Decision(False, (_wrong_role(actor, rule),), rule.secret)
    nearest = min(objections, key=len)
    return Decision(not nearest, nearest, rule.secret and not _tells(nearest, actor, subject))


NO_SUBJECT = Reason("no_subject", _("未指明标段。"))
WRONG_STAGE = _("本标段目前的阶段不能办理此事。")
WRONG_RELATION: dict[Relation, tuple[str, str, str]] = {
    Relation.ANY: ("", "", ""),
    Relation.PUBLISHED: ("not_published", _("本标段尚未公开。"), "BL-16"),
    Relation.OWNER: ("not_yours", _("只有本项目的招标人或其委托的代理机构可以办理。"), "BL-12"),
    Relation.ELIGIBLE: (
        "not_eligible",
        _("本项目的招标人、代理机构、评标委员会成员以及平台运营机构不得参加投标。"),
        "EB-23",
    ),
    Relation.HAS_BID: ("no_bid_of_yours", _("您的单位在本标段没有投标。"), "BL-25"),
    Relation.MEMBER: ("not_member", _("只有本标段评标委员会成员可以办理。"), "BL-38"),
}


def _tells(objections: tuple[Reason, ...], actor: Actor, subject: Subject | None) -> bool:
    """Whether an actor of the right relation, who may know of the lot anyway, is told that only the stage is wrong."""
    if subject is None or any(reason.code != "wrong_stage" for reason in objections):
        return not objections
    door = RULES[Act.READ_LOT]
    return any(not _objections(grant, actor, subject, "") for grant in door.grants if actor.role in grant.roles)


def _objections(grant: Grant, actor: Actor, subject: Subject | None, law: str) -> tuple[Reason, ...]:
    if grant.stages is None or subject is None:
        return ()
    reasons = []
    if not HOLDS[grant.relation](actor, subject):
        reasons.append(Reason(*WRONG_RELATION[grant.relation]))
    if subject.stage not in grant.stages:
        reasons.append(Reason("wrong_stage", WRONG_STAGE, law))
    return tuple(reasons)


def _wrong_role(actor: Actor, rule: Rule) -> Reason:
    text = _("您当前以“{role}”身份操作，不能办理此事。")
    return Reason("wrong_role", text, rule.law, {"role": ROLE_NAMES[actor.role]})


def _is_owner(actor: Actor, subject: Subject) -> bool:
    mine = {Role.PURCHASER: subject.purchaser_id, Role.AGENCY: subject.agency_id}.get(actor.role)
    return mine is not None and mine == actor.organisation_id and not actor.organisations & subject.bidder_ids


def _may_bid(actor: Actor, subject: Subject) -> bool:
    strange = not actor.organisations & subject.owner_ids and actor.login not in subject.member_logins
    return actor.organisation_id is not None and strange and not actor.operator


def _has_bid(actor: Actor, subject: Subject) -> bool:
    return _may_bid(actor, subject) and actor.organisation_id in subject.bidder_ids


def _is_member(actor: Actor, subject: Subject) -> bool:
    if actor.login not in subject.member_logins or actor.organisations & subject.bidder_ids:
        return False
    if actor.role is Role.PURCHASER:
        return actor.organisation_id is not None and actor.organisation_id == subject.purchaser_id
    return not actor.organisations & subject.owner_ids


HOLDS: dict[Relation, Callable[[Actor, Subject], bool]] = {
    Relation.ANY: lambda actor, subject: True,
    Relation.PUBLISHED: lambda actor, subject: subject.published,
    Relation.OWNER: _is_owner,
    Relation.ELIGIBLE: _may_bid,
    Relation.HAS_BID: _has_bid,
    Relation.MEMBER: _is_member,
}
