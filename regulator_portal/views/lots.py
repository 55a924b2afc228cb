"""The list of lots, and everything that is recorded of one. Reading a lot's record is itself recorded (EB-49)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

import ledger
from identity.policy import Act
from identity.queries import viewer_of
from identity.roles import ROLE_NAMES, Role
from tendering import queries
from tendering.machines import machines
from tendering.models import Lot
from tendering.operations.record_protected_read import record_protected_read
from ui.access import access
from ui.context import actor_of
from ui.entry_words import WORDS
from ui.lists import Column, ListPage
from ui.lot_lists import COLUMNS, LotFilter
from ui.reports import may_open_report

TEMPLATE = "regulator/lot.html"
UNDER_WAY = frozenset(
    {
        *("accepted", "announced", "closed", "opening", "opened", "evaluating", "evaluated"),
        *("candidates_published", "awarding", "result_published"),
    }
)


@require_safe
@access(Act.SEE_REGULATOR_DESK)
def lots(request: HttpRequest) -> HttpResponse:
    """List every lot that was handed in."""
    actor = actor_of(request)
    form = LotFilter(request.GET or None, actor=actor)
    rows = queries.visible_lots(actor, search=form.search() if form.is_bound else None)
    page: ListPage[Lot] = ListPage(request, rows=rows, columns=COLUMNS, default="-stage_at", form=form)
    if page.wants_sheet:
        return page.sheet(_("标段"))
    return render(request, "regulator/lots.html", {"page": page, "form": form})


def _kind(row: dict[str, Any]) -> str:
    kind: str = row["body"]["kind"]
    return _(WORDS[kind]) if kind in WORDS else kind


def _role(row: dict[str, Any]) -> str:
    role: str = row["body"]["role"]
    return _(ROLE_NAMES[Role(role)]) if role in set(Role) else role


def _who(row: dict[str, Any]) -> str:
    return "　".join(str(value["value"]) for value in row["revealed"].values() if value["value"])


def _payload(row: dict[str, Any]) -> str:
    return json.dumps(row["body"]["payload"], ensure_ascii=False, indent=1, sort_keys=True)


ENTRY_COLUMNS = (
    Column("index", gettext_lazy("序号"), lambda row: row["index"], "index"),
    Column("at", gettext_lazy("时刻"), lambda row: parse_datetime(row["at"]), "at"),
    Column("kind", gettext_lazy("事项"), _kind, "kind"),
    Column("role", gettext_lazy("身份"), _role, "role"),
    Column("who", gettext_lazy("经办"), _who),
    Column("payload", gettext_lazy("内容"), _payload),
    Column("leaf", gettext_lazy("叶哈希"), lambda row: row["leaf"]),
)


def lot_context(request: HttpRequest, lot: Lot) -> dict[str, Any]:
    """Return what the regulator's page of a lot shows.

    Only entries whose bodies the regulator may see are listed: how many others there are would tell of bids (BL-22).
    """
    viewer = viewer_of(actor_of(request))
    rows = [row for row in ledger.entries_of(lot.code, viewer=viewer) if row["body"] is not None]
    page: ListPage[dict[str, Any]] = ListPage(request, rows=rows, columns=ENTRY_COLUMNS, default="-index")
    return {
        "lot": lot,
        "machines": machines(lot),
        "page": page,
        "entries": [
            {
                "index": row["index"],
                "at": parse_datetime(row["at"]),
                "kind": _kind(row),
                "role": _role(row),
                "who": _who(row),
                "payload": _payload(row),
                "leaf": row["leaf"],
            }
            for row in page
        ],
        "objections": queries.objections(lot, actor_of(request)),
        "candidates": queries.candidates(lot) if lot.publicity_starts_at else [],
        "award": getattr(lot, "award", None) if lot.result_published_at else None,
        "under_way": lot.stage in UNDER_WAY,
        "report": may_open_report(lot, actor_of(request)),
    }


@require_safe
@access(Act.SUPERVISE_LOT)
def lot_page(request: HttpRequest, lot: Lot) -> HttpResponse:
    """Show everything recorded of the lot."""
    context = lot_context(request, lot)
    record_protected_read(lot=lot, what="record", actor=actor_of(request))
    page: ListPage[dict[str, Any]] = context["page"]
    if page.wants_sheet:
        return page.sheet(lot.code)
    return render(request, TEMPLATE, context)
