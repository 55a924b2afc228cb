"""Drafting a lot: creating it and filling it in while it is a draft. A half-filled draft may be saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

import ledger
from identity.actor import Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from tendering import completeness
from tendering.models import Lot, Project
from tendering.operations.moving import require_owner
from tendering.queries import lock_lot, owns, project_by_code
from tendering.refusals import NOT_YOURS, ActRefused, refuse_if
from tendering.rules import codes
from tendering.rules.calendars import legal_day

NOT_A_DRAFT = Reason("not_a_draft", _("只有编制中的标段可以修改。"), "BL-9")


@dataclass(frozen=True)
class LotDraft:
    """What a lot says before its notice. Amounts are yuan; `scheme` is the evaluation scheme as plain JSON."""

    name: str
    estimate_yuan: Decimal | None = None
    ceiling_yuan: Decimal | None = None
    bond_yuan: Decimal | None = None
    price_kind: str = "total"
    duration_days: int | None = None
    site: str = ""
    scope: str = ""
    qualification: str = ""
    planned_deadline_at: datetime | None = None
    policy: str = "bidder-or-custodians"
    threshold: int = 2
    suite: str = "INTL-1"
    scheme: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return what is written to the row."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {"scheme": dict(self.scheme), "name": self.name.strip()}


@transaction.atomic(durable=True)
def draft_lot(*, project_code: str, actor: Actor, draft: LotDraft) -> Lot:
    """Create a lot of a project as a draft and return it with its code of 23 characters.

    :raises NotFound: no such project
    :raises ActRefused: not one's own project, or with everything that is wrong in the draft
    """
    project = Project.objects.select_for_update().get(pk=project_by_code(project_code).pk)
    if not owns(project, actor):
        raise ActRefused([NOT_YOURS])
    now = clock.now()
    code = codes.lot_code(codes.tender_project_code(project.code, 1), project.lots.count() + 1)
    lot = Lot(project=project, code=code, stage_at=now, **draft.columns())
    refuse_if(completeness.form_reasons(lot, on=legal_day(now)))
    lot.save(force_insert=True)
    ledger.append("lot.drafted", lot=lot.code, at=now, actor=actor, payload=_payload(draft))
    return lot


@transaction.atomic(durable=True)
def edit_lot(*, lot_code: str, actor: Actor, draft: LotDraft) -> Lot:
    """Replace what a draft says and return it.

    :raises NotFound: no such lot
    :raises ActRefused: not one's own, no longer a draft, or with everything that is wrong in it
    """
    lot, now = lock_lot(code=lot_code)
    require_owner(lot, actor)
    for name, value in draft.columns().items():
        setattr(lot, name, value)
    reasons = [] if lot.stage == "draft" else [NOT_A_DRAFT]
    refuse_if(reasons + completeness.form_reasons(lot, on=legal_day(now)))
    lot.save(update_fields=list(draft.columns()))
    ledger.append("lot.drafted", lot=lot.code, at=now, actor=actor, payload=_payload(draft))
    return lot


def _payload(draft: LotDraft) -> dict[str, object]:
    """Everything but the scheme, which is recorded by the document hash when it is locked."""
    return {name: value for name, value in draft.columns().items() if name != "scheme"}
