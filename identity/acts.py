"""The words of the policy: acts, relations, and the shape of its rules and answers. Pure; the table is in `policy`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from identity.roles import Role
from lawbook.reasons import Reason


class Act(StrEnum):
    """Everything somebody may want to do. Acts on a lot need a `Subject`; the others stand alone."""

    # alone, for everybody
    READ_LIVENESS = "read_liveness"
    READ_CLOCK = "read_clock"
    READ_FEED = "read_feed"
    BROWSE_LOTS = "browse_lots"
    SIGN_IN = "sign_in"
    # alone, signed in
    GO_HOME = "go_home"
    SWITCH_ROLE = "switch_role"
    MANAGE_KEYS = "manage_keys"
    SEE_PURCHASER_DESK = "see_purchaser_desk"
    SEE_BIDDER_DESK = "see_bidder_desk"
    SEE_EXPERT_DESK = "see_expert_desk"
    SEE_CENTRE_DESK = "see_centre_desk"
    SEE_REGULATOR_DESK = "see_regulator_desk"
    REGISTER_PROJECT = "register_project"
    REGISTER_PEOPLE = "register_people"
    MANAGE_CUSTODIANS = "manage_custodians"
    WORK_AS_CUSTODIAN = "work_as_custodian"
    COSIGN_LOG = "cosign_log"
    MANAGE_EXPERTS = "manage_experts"
    REHEARSE = "rehearse"
    READ_HEALTH = "read_health"
    # a lot before its announcement
    READ_LOT = "read_lot"
    EDIT_DRAFT = "edit_draft"
    ATTACH_DOCUMENT = "attach_document"
    SUBMIT_LOT = "submit_lot"
    RETURN_LOT = "return_lot"
    ACCEPT_LOT = "accept_lot"
    ATTEND_LOT = "attend_lot"  # the centre's own page of a lot
    ANNOUNCE_LOT = "announce_lot"
    # bidding
    AMEND_LOT = "amend_lot"
    DOWNLOAD_DOCUMENT = "download_document"
    ASK_QUESTION = "ask_question"
    READ_QUESTIONS = "read_questions"
    ANSWER_QUESTION = "answer_question"
    PREPARE_BID = "prepare_bid"
    UPLOAD_BID = "upload_bid"
    WITHDRAW_BID = "withdraw_bid"
    READ_OWN_BID = "read_own_bid"
    # the opening
    SIGN_IN_TO_OPENING = "sign_in_to_opening"
    RELEASE_SHARE = "release_share"
    ASK_RESCUE = "ask_rescue"
    WATCH_HALL = "watch_hall"
    HOST_OPENING = "host_opening"
    SAY_IN_HALL = "say_in_hall"
    ADD_DRAW_LINE = "add_draw_line"
    CONFIRM_PRICE = "confirm_price"
    CONFIRM_RECORD = "confirm_record"
    READ_OPENING_RECORD = "read_opening_record"
    # evaluation
    DRAW_COMMITTEE = "draw_committee"
    SEE_COMMITTEE = "see_committee"
    PLEDGE = "pledge"
    START_EVALUATION = "start_evaluation"
    READ_BIDS = "read_bids"
    FILL_SHEET = "fill_sheet"
    SEE_PROGRESS = "see_progress"
    SIGN_REPORT = "sign_report"
    READ_REPORT = "read_report"
    # the award
    PUBLISH_CANDIDATES = "publish_candidates"
    FILE_OBJECTION = "file_objection"
    ANSWER_OBJECTION = "answer_objection"
    PUBLISH_RESULT = "publish_result"
    ISSUE_AWARD = "issue_award"
    READ_AWARD = "read_award"
    # out of turn
    SUPERVISE_LOT = "supervise_lot"
    SUSPEND_LOT = "suspend_lot"
    RESUME_LOT = "resume_lot"
    TERMINATE_LOT = "terminate_lot"
    DECLARE_FAILED = "declare_failed"
    RETENDER_LOT = "retender_lot"


class Relation(StrEnum):
    """How the actor stands to the lot."""

    ANY = "any"
    PUBLISHED = "published"  # the lot is published, whoever asks
    OWNER = "owner"  # acts for its purchaser, or for its agency
    ELIGIBLE = "eligible"  # could bid: neither owner, nor in the committee, nor who runs the servers
    HAS_BID = "has_bid"
    MEMBER = "member"  # sits in its committee


@dataclass(frozen=True)
class Subject:
    """What the policy needs to know of the lot concerned; `tendering.queries.subject(lot)` makes it.

    `stage` is a word of `tendering.rules.lifecycle.Stage`; ids are rows of Organisation; `bidder_ids` holds everybody
    with a bid in the lot, in force or not.
    """

    kind: str
    stage: str
    purchaser_id: int | None = None
    agency_id: int | None = None
    bidder_ids: frozenset[int] = frozenset()
    member_logins: frozenset[str] = frozenset()
    published: bool = False
    rehearsal: bool = False

    @property
    def owner_ids(self) -> frozenset[int]:
        return frozenset(pk for pk in (self.purchaser_id, self.agency_id) if pk is not None)


@dataclass(frozen=True)
class Grant:
    """These roles, in this relation to the lot, at these stages (None: the act stands alone, no lot is needed)."""

    roles: frozenset[Role]
    relation: Relation = Relation.ANY
    stages: frozenset[str] | None = None


@dataclass(frozen=True)
class Rule:
    """Who may do an act: one grant is enough."""

    grants: tuple[Grant, ...]
    secret: bool = False
    law: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset().union(*(grant.roles for grant in self.grants))

    @property
    def needs_subject(self) -> bool:
        return any(grant.stages is not None for grant in self.grants)


@dataclass(frozen=True)
class Decision:
    """The policy's answer; `secret` means that a no must look as if there were nothing."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    secret: bool = False
