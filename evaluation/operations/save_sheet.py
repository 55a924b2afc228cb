"""Saving one's own sheet as one works: every version is kept, nothing is judged yet but its form."""

from typing import Any

from django.db import transaction

from evaluation import outcome, queries
from evaluation.models import Committee, Member, Sheet, SheetVersion
from evaluation.operations.seating import take_seat
from evaluation.refusals import STALE, SUBMITTED, WRONG_PHASE
from evaluation.rules import marks as mark_rules
from identity.actor import Actor
from tendering.models import Lot
from tendering.refusals import refuse_if


@transaction.atomic(durable=True)
def save_sheet(*, lot_code: str, actor: Actor, marks: dict[str, Any], version: int) -> Sheet:
    """Replace the marks of the present phase and return the sheet with its new version.

    `marks`: bid digest → item code → `{"value", "reason", "suggestion"}`; a value is `pass` or `fail` in the
    preliminary review, a decimal as text in the detailed one, empty while undecided. `version` is the one the page
    was made from.

    :raises ActRefused: not a pledged member, wrong phase, submitted already, a newer version exists, ill-formed marks
    """
    lot, committee, member, now = take_seat(lot_code, actor)
    sheet = sheet_of(committee, member)
    checks = (
        (committee.phase not in (queries.PRELIMINARY, queries.DETAILED), WRONG_PHASE),
        (sheet is not None and sheet.submitted_at is not None, SUBMITTED),
        ((sheet.version if sheet else 0) != version, STALE),
    )
    refuse_if([reason for failed, reason in checks if failed])
    wanted, items = what_is_judged(lot, committee)
    refuse_if(mark_rules.form_reasons(marks, bids=wanted, items=items, phase=committee.phase))
    if sheet is None:
        sheet = Sheet(member=member, phase=committee.phase)
    sheet.marks, sheet.version, sheet.saved_at = marks, version + 1, now
    sheet.save()
    SheetVersion.objects.create(sheet=sheet, version=sheet.version, marks=marks, saved_at=now)
    return sheet


def sheet_of(committee: Committee, member: Member) -> Sheet | None:
    """Return the member's sheet of the present phase."""
    return Sheet.objects.filter(member=member, phase=committee.phase).first()


def what_is_judged(lot: Lot, committee: Committee) -> tuple[list[str], list[str]]:
    """Return the bids and the item codes of the present phase."""
    scheme = queries.scheme_of(lot)
    if committee.phase == queries.PRELIMINARY:
        return queries.opened_digests(lot), [item.code for item in scheme.review]
    return outcome.passed(lot, committee), [item.code for item in scheme.judged_items()]
