"""What the guards of the lifecycle need to know about a lot, gathered by the caller. Instants are aware UTC. Pure."""

from dataclasses import dataclass
from datetime import datetime

from lawbook.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one lot at the instant `now`, read after the lot row was locked.

    Every default refuses: a fact that was forgotten stops a move, it never lets one through.
    """

    now: datetime
    suspended: bool  # a regulator's order is in force
    reason_given: bool = False  # the act carries the recorded reason or order that it needs

    # before the notice
    details_complete: bool = False  # project and lot hold everything a registration needs
    scheme_valid: bool = False
    document_published: bool = False  # a final, hashed tender document goes out with this act or already did
    parameters_signed: bool = False  # the tender parameters are signed for exactly this document and deadline
    period_reasons: tuple[Reason, ...] | None = None  # from rules.periods; None: not judged yet, which refuses

    # the deadline
    deadline_at: datetime | None = None
    new_deadline_at: datetime | None = None  # for POSTPONE
    deadline_frozen: bool = False  # a timely objection to the document is open, or the deadline fell in a suspension
    sealed_bid_count: int | None = None  # bids in force; None: unknown, which refuses
    minimum_bidders: int = 3

    # the opening
    window_ends_at: datetime | None = None  # the instant it ended, where it was ended early
    all_bids_resolved: bool = False  # every bid of the closing set is opened, revoked or withdrawn without blame
    opened_bid_count: int | None = None
    record_confirmed: bool = False
    opening_objections_answered: bool = False

    # evaluation
    committee_complete: bool = False
    sheets_submitted: bool = False
    outliers_explained: bool = False
    report_signed: bool = False
    candidate_count: int | None = None
    all_bids_rejected: bool = False  # the signed report rejects all

    # candidates, result, contract
    publicity_ends_at: datetime | None = None
    objections_answered: bool = False  # every objection filed in time to the candidates
    first_candidate_fallen: bool = False  # refusal, no performance bond, or proven illegality, recorded
    winner_determined: bool = False
    award_notice_signed: bool = False
    contract_filed: bool = False
    report_filed: bool = False
