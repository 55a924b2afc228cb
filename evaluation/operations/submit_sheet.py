"""Submitting one's own sheet: judged whole, then closed; the last one opens the next phase."""

import hashlib
from datetime import datetime

from django.db import transaction

import ledger
from evaluation import outcome, queries
from evaluation.models import Committee, Sheet
from evaluation.operations.save_sheet import sheet_of, what_is_judged
from evaluation.operations.seating import take_seat
from evaluation.refusals import STALE, SUBMITTED, WRONG_PHASE
from evaluation.rules.preliminary import findings_reasons
from evaluation.rules.sheets import sheet_reasons
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger.canonical import canonical
from tendering.models import Lot
from tendering.refusals import ActRefused, refuse_if

NOTHING_SAVED = Reason("nothing_saved", _("评审表还是空的。"), "BL-40")


@transaction.atomic(durable=True)
def submit_sheet(*, lot_code: str, actor: Actor, phase: str | None = None, version: int | None = None) -> Sheet:
    """Submit the sheet of the present phase and return it.

    `phase` and `version` are what the person saw: given, they must be the present ones, so that a second click cannot
    submit the next phase's sheet, nor an old page a newer sheet.

    :raises ActRefused: with every missing, out-of-range or unreasoned mark; not a pledged member, submitted already
    """
    lot, committee, member, now = take_seat(lot_code, actor)
    if committee.phase not in (queries.PRELIMINARY, queries.DETAILED) or phase not in (None, committee.phase):
        raise ActRefused([WRONG_PHASE])
    sheet = sheet_of(committee, member)
    if sheet is None:
        raise ActRefused([NOTHING_SAVED])
    if sheet.submitted_at is None and version not in (None, sheet.version):
        raise ActRefused([STALE])
    refuse_if([SUBMITTED] if sheet.submitted_at else _reasons(lot, committee, sheet))
    sheet.submitted_at = now
    sheet.save(update_fields=["submitted_at"])
    _go_on(lot, committee)
    ledger.append("sheet.submitted", lot=lot.code, at=now, actor=actor, payload=_payload(sheet, member.seat, now))
    return sheet


def _reasons(lot: Lot, committee: Committee, sheet: Sheet) -> list[Reason]:
    scheme = queries.scheme_of(lot)
    bids, _items = what_is_judged(lot, committee)
    if sheet.phase == queries.PRELIMINARY:
        return findings_reasons(scheme, queries.findings(sheet), bids=bids)
    return sheet_reasons(scheme, queries.scores(sheet), bids=bids)


def _go_on(lot: Lot, committee: Committee) -> None:
    """Open the next phase when everybody has submitted; without a valid bid or an item there is none to score."""
    found = queries.sheets(committee, committee.phase)
    if len(found) < queries.members(committee).count() or any(s.submitted_at is None for s in found.values()):
        return
    following = "summary"
    scored = queries.scheme_of(lot).judged_items()  # none where the price alone decides: it is computed
    if committee.phase == queries.PRELIMINARY and scored and outcome.passed(lot, committee):
        following = queries.DETAILED
    committee.phase = following
    committee.save(update_fields=["phase"])


def _payload(sheet: Sheet, seat: int, now: datetime) -> dict[str, object]:
    digest = hashlib.sha256(canonical(sheet.marks)).hexdigest()
    return {"seat": seat, "phase": sheet.phase, "version": sheet.version, "sha256": digest, "marks": sheet.marks}
