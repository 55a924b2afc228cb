"""Tendering a failed lot again: a new draft of the same project with the old one's words, documents and scheme."""

from datetime import datetime

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.models import Document, Lot, Project
from tendering.operations.draft_lot import LotDraft
from tendering.operations.moving import require_owner
from tendering.queries import documents_in_force, lock_lot
from tendering.refusals import refuse_if
from tendering.rules import codes

NOT_FAILED = Reason("not_failed", _("只有流标的标段可以重新招标。"), "BL-28")
ALREADY = Reason("already_retendered", _("该标段已经重新招标：{lot}。"), "BL-28")

_COPIED = tuple(name for name in LotDraft.__dataclass_fields__ if name != "planned_deadline_at")


@transaction.atomic(durable=True)
def retender_lot(*, lot_code: str, actor: Actor) -> Lot:
    """Return a new lot in `draft`, made from a failed one, to be edited, submitted and announced anew.

    :raises ActRefused: not one's own, not failed, or tendered again already
    """
    failed, now = lock_lot(code=lot_code)
    require_owner(failed, actor)
    again = failed.retenders.first()
    reasons = [] if failed.stage == "failed" else [NOT_FAILED]
    if again is not None:
        reasons.append(Reason(ALREADY.code, ALREADY.text, ALREADY.law, {"lot": again.code}))
    refuse_if(reasons)
    project = Project.objects.select_for_update().get(pk=failed.project_id)
    lot = Lot.objects.create(
        project=project,
        code=codes.lot_code(codes.tender_project_code(project.code, 1), project.lots.count() + 1),
        stage_at=now,
        retender_of=failed,
        **{name: getattr(failed, name) for name in _COPIED},
    )
    _copy_documents(failed, lot, now)
    ledger.append("lot.retendered", lot=lot.code, at=now, actor=actor, payload={"lot": lot.code, "of": failed.code})
    return lot


def _copy_documents(failed: Lot, lot: Lot, now: datetime) -> None:
    Document.objects.bulk_create(
        Document(
            lot=lot, kind=d.kind, name=d.name, sha256=d.sha256, size=d.size, media_type=d.media_type, uploaded_at=now
        )
        for d in documents_in_force(failed)
    )
