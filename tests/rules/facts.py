"""Facts under which every guard of the lifecycle is met, to be spoilt one at a time."""

from datetime import UTC, datetime, timedelta

from tendering.rules.facts import Facts

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PAST, AHEAD = NOW - timedelta(days=1), NOW + timedelta(days=30)


def facts(**changes: object) -> Facts:
    members: dict[str, object] = {
        "now": NOW,
        "suspended": False,
        "reason_given": True,
        "details_complete": True,
        "scheme_valid": True,
        "document_published": True,
        "parameters_signed": True,
        "period_reasons": (),
        "deadline_at": AHEAD,
        "new_deadline_at": AHEAD + timedelta(days=5),
        "sealed_bid_count": 3,
        "window_ends_at": PAST,
        "all_bids_resolved": True,
        "opened_bid_count": 3,
        "record_confirmed": True,
        "opening_objections_answered": True,
        "committee_complete": True,
        "sheets_submitted": True,
        "outliers_explained": True,
        "report_signed": True,
        "candidate_count": 3,
        "all_bids_rejected": True,
        "publicity_ends_at": PAST,
        "objections_answered": True,
        "first_candidate_fallen": True,
        "winner_determined": True,
        "award_notice_signed": True,
        "contract_filed": True,
        "report_filed": True,
    }
    return Facts(**{**members, **changes})  # type: ignore[arg-type]
