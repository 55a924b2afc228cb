"""The evidence page: the latest checkpoint, the public entries, how anybody checks them alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.policy import Act
from ledger import checkpoint, heads
from ledger.models import Entry
from ledger.reading import PUBLIC, rows_of
from ui.access import access
from ui.lists import Column, ListPage

COLUMNS = (
    Column("index", gettext_lazy("序号"), lambda entry: entry.index, "index"),
    Column("at", gettext_lazy("时刻"), lambda entry: entry.at, "at"),
    Column("leaf", gettext_lazy("叶哈希"), lambda entry: entry.leaf),
)
PER_PAGE = 50


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
    }
    return render(request, "public/evidence.html", context)
