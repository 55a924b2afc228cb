"""The evidence page: the latest checkpoint, the public entries, how anybody checks them alone."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from identity.policy import Act
from lawbook.words import gettext_noop
from ledger import checkpoint, heads
from ledger.models import Entry, Witness
from ledger.reading import PUBLIC, entries_of, rows_of
from suites.base64_text import to_base64
from tendering import receipts
from tendering.bundle import form
from tendering.models import Lot
from ui.access import access
from ui.bundles import send_bundle
from ui.lists import Column, ListPage

COLUMNS = (
    Column("index", gettext_lazy("序号"), lambda entry: entry.index, "index"),
    Column("at", gettext_lazy("时刻"), lambda entry: entry.at, "at"),
    Column("leaf", gettext_lazy("叶哈希"), lambda entry: entry.leaf),
)
PER_PAGE = 50
# the conditions of `ui/receipt.mjs`, in its order
CONDITIONS = (
    ("form", gettext_noop("回执的格式完整")),
    ("signature", gettext_noop("平台对回执的签名")),
    ("entry", gettext_noop("回执与存证条目是同一份投标")),
    ("personal", gettext_noop("经办信息与条目中的哈希一致")),
    ("leaf", gettext_noop("内容、盐和时刻得出叶哈希")),
    ("inclusion", gettext_noop("叶在检查点的树中")),
    ("checkpoint", gettext_noop("检查点由日志密钥签名")),
    ("witnesses", gettext_noop("见证方的联署")),
    ("file", gettext_noop("加密投标文件的摘要与回执一致")),
)


@require_safe
@access(Act.READ_LOT)
def bundle(request: HttpRequest, lot: Lot) -> HttpResponseBase:
    """Send the public variant of a lot's bundle once its result is published; before, say why there is none."""
    return send_bundle(request, lot, variant=form.PUBLIC)


@access(Act.READ_FEED)
def evidence(request: HttpRequest) -> HttpResponse:
    """Show faces of all entries and bodies of the public ones; one lot only on request, and then only public ones."""
    lot = request.GET.get("lot", "").strip()
    rows = Entry.objects.all()
    if lot:
        seen = [row["index"] for row in rows_of(rows.filter(body__lot=lot), PUBLIC) if row["body"] is not None]
        rows = rows.filter(index__in=seen)
    page: ListPage[Entry] = ListPage(request, rows=rows, columns=COLUMNS, default="-index", per_page=PER_PAGE)
    if page.wants_sheet:
        return page.sheet(_("存证链"))
    shown = rows_of(Entry.objects.filter(index__in=[entry.index for entry in page]), PUBLIC)
    order: dict[int, dict[str, Any]] = {row["index"]: row for row in shown}
    context = {
        "page": page,
        "rows": [(entry, order[entry.index]) for entry in page],
        "note": checkpoint(),
        "log_key": heads.verifier_key(),
        "searched": lot,
        "finished": lot if lot and entries_of(lot, kinds=["result.published"], viewer=PUBLIC) else "",
        "receipt_key": to_base64(receipts.public_key()),
        "witnesses": json.dumps(list(Witness.objects.filter(ended_at=None).values_list("key", flat=True))),
        "conditions": CONDITIONS,
    }
    return render(request, "public/evidence.html", context)
