"""The public search and the list of notices: filtered, sorted, paged, exported."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.policy import Act
from public_portal.forms import SearchForm
from public_portal.notice_kinds import KINDS
from public_portal.notices import numbered
from tendering import queries
from tendering.models import Lot, Notice
from ui import stages
from ui.access import access
from ui.context import actor_of
from ui.forms import FilterForm
from ui.lists import Column, ListPage

LOT_COLUMNS = (
    Column("code", gettext_lazy("标段编号"), lambda lot: lot.code, "code"),
    Column("name", gettext_lazy("标段"), lambda lot: lot.name, "name"),
    Column("purchaser", gettext_lazy("招标人"), lambda lot: lot.project.purchaser.name, "project__purchaser__name"),
    Column("region", gettext_lazy("地区"), lambda lot: lot.project.region, "project__region"),
    Column("stage", gettext_lazy("阶段"), lambda lot: _(stages.look(lot).words), "stage"),
    Column("ceiling", gettext_lazy("最高投标限价（元）"), lambda lot: lot.ceiling_yuan, "ceiling_yuan"),
    Column("announced", gettext_lazy("公告时间"), lambda lot: lot.announced_at, "announced_at"),
    Column("deadline", gettext_lazy("投标截止时间"), lambda lot: lot.deadline_at, "deadline_at"),
    Column("rehearsal", gettext_lazy("演练"), lambda lot: _("演练") if lot.project.rehearsal else ""),
)


@access(Act.BROWSE_LOTS)
def lots(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    rows = queries.visible_lots(actor_of(request), search=form.search() if form.is_bound else None)
    page: ListPage[Lot] = ListPage(request, rows=rows, columns=LOT_COLUMNS, default="-announced", form=form)
    if page.wants_sheet:
        return page.sheet(_("招标项目"))
    return render(request, "public/lots.html", {"page": page, "form": form})


class NoticeForm(FilterForm):
    """The filter above the notices."""

    text = forms.CharField(label=gettext_lazy("关键词"), widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        choices=lambda: [("", _("全部种类")), *((kind, _(words)) for kind, words in KINDS.items())],
    )


NOTICE_COLUMNS = (
    Column("kind", gettext_lazy("种类"), lambda notice: _(KINDS.get(notice.kind, notice.kind)), "kind"),
    Column("title", gettext_lazy("标题"), lambda notice: notice.title, "title"),
    Column("lot", gettext_lazy("标段编号"), lambda notice: notice.lot.code, "lot__code"),
    Column("purchaser", gettext_lazy("招标人"), lambda notice: notice.lot.project.purchaser.name),
    Column("at", gettext_lazy("发布时间"), lambda notice: notice.published_at, "published_at"),
)


@access(Act.BROWSE_LOTS)
def notices(request: HttpRequest) -> HttpResponse:
    form = NoticeForm(request.GET or None)
    asked: dict[str, Any] = form.chosen() if form.is_bound else {}
    rows = queries.notices()
    if "kind" in asked:
        rows = rows.filter(kind=asked["kind"])
    for word in asked.get("text", "").split():
        rows = rows.filter(title__icontains=word)
    page: ListPage[Notice] = ListPage(request, rows=numbered(rows), columns=NOTICE_COLUMNS, default="-at", form=form)
    if page.wants_sheet:
        return page.sheet(_("公告"))
    return render(request, "public/notices.html", {"page": page, "form": form, "kinds": KINDS})
