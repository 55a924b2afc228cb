"""Explaining a score that stands out from the others': required before the report can be drafted (3.5)."""

from django.db import transaction

from evaluation import queries
from evaluation.models import Sheet
from evaluation.operations.outlying import outliers_of
from evaluation.operations.seating import take_seat
from evaluation.refusals import REASON_EMPTY, REPORT_EXISTS, WRONG_PHASE
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.refusals import refuse_if

NOT_AN_OUTLIER = Reason("not_an_outlier", _("这一处评分不需要说明。"))


@transaction.atomic(durable=True)
def explain_outlier(*, lot_code: str, actor: Actor, bid_digest: str, item: str, text: str) -> Sheet:
    """Record why one's own score stands out and return the sheet; it appears in the report.

    :raises ActRefused: not a pledged member, not in the summary, drafted already, no such outlier of one's own, no text
    """
    lot, committee, member, _now = take_seat(lot_code, actor)
    mine = {(o.bid, o.item) for o in outliers_of(lot, committee) if o.member == str(member.seat)}
    checks = (
        (committee.phase != "summary", WRONG_PHASE),
        (queries.report_of(lot) is not None, REPORT_EXISTS),
        ((bid_digest, item) not in mine, NOT_AN_OUTLIER),
        (not text.strip(), REASON_EMPTY),
    )
    refuse_if([reason for failed, reason in checks if failed])
    sheet = queries.sheets(committee, queries.DETAILED)[member.person.login]
    sheet.explanations = {**sheet.explanations, f"{bid_digest}/{item}": text.strip()[:2000]}
    sheet.save(update_fields=["explanations"])
    return sheet
