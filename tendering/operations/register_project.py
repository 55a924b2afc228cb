"""Registering a project: who purchases, who acts for it, by which procedure. The procedure is fixed from here on."""

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.db import transaction

import ledger
from identity.actor import Actor
from identity.models import Organisation
from identity.roles import Role
from lawbook.procedures import UnknownProcedure, procedure, procedures
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from tendering.models import Project
from tendering.queries.lots import OWNERS
from tendering.refusals import refuse_if
from tendering.rules import codes

MOST_NAME, MOST_REGION, MOST_SOURCE = 200, 60, 120  # characters


@dataclass(frozen=True)
class ProjectDraft:
    """What a project is registered with: organisations by USCC; no `agency_uscc` where the purchaser tenders itself."""

    name: str
    procedure: str
    purchaser_uscc: str
    agency_uscc: str = ""
    region: str = ""  # in words, for the search
    fund_source: str = ""


@transaction.atomic(durable=True)
def register_project(*, actor: Actor, draft: ProjectDraft) -> Project:
    """Register a project and return it with its code of 17 characters (a rehearsal's has the prefix R).

    :raises ActRefused: with every reason: the role, unknown organisations or procedure, not one's own project
    """
    purchaser = Organisation.objects.filter(uscc=draft.purchaser_uscc).first()
    agency = Organisation.objects.filter(uscc=draft.agency_uscc).first() if draft.agency_uscc else None
    refuse_if(_reasons(actor, draft, purchaser, agency))
    assert purchaser is not None  # one of the reasons above
    now = clock.now()
    law = procedure(draft.procedure)
    project = Project.objects.create(
        code=f"~{uuid4().hex[:19]}",  # until the row has its number
        name=draft.name.strip(),
        procedure=law.code,
        region=draft.region.strip(),
        fund_source=draft.fund_source.strip(),
        purchaser=purchaser,
        agency=agency,
        rehearsal=law.rehearsal,
        created_by=actor.login,
        created_at=now,
    )
    project.code = _code(law.category, project)
    project.save(update_fields=["code"])
    ledger.append("project.registered", at=now, actor=actor, payload=_payload(project))
    return project


def _code(category: str, project: Project) -> str:
    """Return the project's code: its serial is the row's number, so that two registered at once never meet."""
    place = {"region": settings.REGION_CODE, "platform": settings.PLATFORM_CODE}
    return codes.project_code(category[0], **place, serial=project.pk, rehearsal=project.rehearsal)


def _payload(project: Project) -> dict[str, object]:
    return {
        "project": project.code,
        "name": project.name,
        "procedure": project.procedure,
        "region": project.region,
        "fund_source": project.fund_source,
        "purchaser": project.purchaser.uscc,
        "agency": project.agency.uscc if project.agency else "",
        "rehearsal": project.rehearsal,
    }


def _reasons(
    actor: Actor, draft: ProjectDraft, purchaser: Organisation | None, agency: Organisation | None
) -> list[Reason]:
    try:
        procedure(draft.procedure)
        known = True
    except UnknownProcedure:
        known = False
    own = {Role.PURCHASER: draft.purchaser_uscc, Role.AGENCY: draft.agency_uscc}.get(actor.role)
    checks = (
        (actor.role not in OWNERS, Reason("wrong_role", _("项目由招标人或招标代理机构登记。"), "BL-12")),
        (actor.role in OWNERS and own != actor.uscc, Reason("not_yours", _("只能登记本单位的项目。"), "BL-12")),
        (not draft.name.strip(), Reason("name_missing", _("请填写项目名称。"), "BL-9")),
        (len(draft.region) > MOST_REGION, Reason("region_long", _("地区不能超过 60 个字。"))),
        (len(draft.fund_source) > MOST_SOURCE, Reason("source_long", _("资金来源不能超过 120 个字。"))),
        (len(draft.name) > MOST_NAME, Reason("name_long", _("项目名称不能超过 200 个字。"))),
        (not known, Reason("procedure_unknown", _("没有这种交易方式，可选：{known}。"), "", _known())),
        (purchaser is None, Reason("purchaser_unknown", _("招标人未在本平台登记。"), "BL-9")),
        (bool(draft.agency_uscc) and agency is None, Reason("agency_unknown", _("代理机构未在本平台登记。"), "BL-12")),
        (
            agency is not None and agency == purchaser,
            Reason("agency_is_purchaser", _("招标人自行招标时不填代理机构。"), "BL-12"),
        ),
    )
    return [reason for failed, reason in checks if failed]


def _known() -> dict[str, str]:
    return {"known": "、".join(law.title for law in procedures().values())}
