"""The overview of a year for offices: the filter, what the page shows, the same figures as a workbook."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lawbook import UnknownProcedure, procedure, procedures
from tendering import queries
from tendering.queries.statistics import Statistics, statistics
from tendering.rules.statistics import Group
from ui import charts, stages
from ui.figures import shanghai, wan
from ui.forms import FilterForm
from ui.lists import Sheet, workbook_response

FIRST_YEAR = 2026
SHOWN = 6
SPAN_WORDS: dict[str, str] = {
    "to_deadline": gettext_noop("公告至截止"),
    "to_opened": gettext_noop("截止至开标完成"),
    "to_evaluated": gettext_noop("开标至评标完成"),
    "to_publicity": gettext_noop("报告至公示"),
    "publicity": gettext_noop("公示期"),
    "to_award": gettext_noop("公示满至中标通知"),
}


class OverviewForm(FilterForm):
    """Year, type, region."""

    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int)
    type = forms.ChoiceField(label=gettext_lazy("交易方式"))
    region = forms.ChoiceField(label=gettext_lazy("地区"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = shanghai(now).year
        years = range(self.present, min(FIRST_YEAR, self.present) - 1, -1)
        real = [(found.code, _(found.title)) for found in procedures().values() if not found.rehearsal]
        choices: dict[str, list[tuple[Any, str]]] = {
            "year": [(year, str(year)) for year in years],
            "type": [("", _("全部类型")), *real],
            "region": [("", _("全部地区")), *((name, name) for name in queries.regions())],
        }
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def statistics(self) -> Statistics:
        """Return the figures asked for."""
        asked = self.chosen() if self.is_bound else {}
        year = asked.get("year", self.present)
        return statistics(year, procedure=asked.get("type", ""), region=asked.get("region", ""))


def type_words(code: str) -> str:
    """Return what a procedure is called; an unknown code as it is."""
    try:
        return _(procedure(code).title)
    except UnknownProcedure:
        return code


def region_words(name: str) -> str:
    """Return a region's name, or that none was given."""
    return name or _("未填地区")


def month_words(number: str) -> str:
    """Return a month's name."""
    return _("{month}月").format(month=number)


def stage_words(stage: str) -> str:
    """Return what a stage is called."""
    return _(stages.LOOKS[stage].words) if stage in stages.LOOKS else stage


def overview(found: Statistics) -> dict[str, Any]:
    """Return everything that `ui/overview.html` shows: figures, charts, and the table of each chart."""
    months = [charts.Bar(month_words(one.key), (one.accepted, one.closed)) for one in found.by_month]
    return {
        "found": found,
        "by_month": [(month_words(one.key), one) for one in found.by_month],
        "by_type": [(type_words(one.key), one) for one in found.by_type],
        "by_region": [(region_words(one.key), one) for one in found.by_region],
        "by_stage": [(stage_words(stage), count) for stage, count in found.by_stage],
        "spans": [(_(SPAN_WORDS[span.key]), span) for span in found.spans],
        "month_chart": charts.columns(months, title=_("柱状图：每月受理与成交，数据见下表")),
        "month_chart_narrow": charts.columns(
            [charts.Bar(one.key, (one.accepted, one.closed)) for one in found.by_month],
            title=_("柱状图：每月受理与成交，数据见下表"),
            width=370,
        ),
        "competition_chart": charts.columns(
            [charts.Bar(words, (count,)) for words, count in found.competition],
            title=_("柱状图：开标后的投标人家数，数据见下表"),
            width=370,
        ),
        "stage_chart": _lying([(words, n, str(n)) for words, n in _stage_counts(found)], _("条形图：各阶段的标段")),
        "type_chart": _lying(_amounts(found.by_type, type_words), _("条形图：各类型成交金额")),
        "region_chart": _lying(_amounts(found.by_region, region_words), _("条形图：各地区成交金额")),
    }


def _stage_counts(found: Statistics) -> list[tuple[str, int]]:
    order = list(stages.LOOKS)
    known = sorted(found.by_stage, key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    return [(stage_words(stage), count) for stage, count in known]


def _amounts(found: Sequence[Group], words: Any) -> list[tuple[str, Any, str]]:
    return [(words(one.key), one.price_yuan, " ".join(wan(one.price_yuan))) for one in found[:SHOWN] if one.price_yuan]


def _lying(rows: list[tuple[str, Any, str]], title: str) -> Any:
    return charts.rows([charts.Bar(label[:8], (value,), words) for label, value, words in rows], title=title)


def overview_sheets(found: Statistics) -> HttpResponse:
    """Return the figures as a workbook: the year, by type, region and month, competition, durations, every lot."""
    parts = (
        (_("按类型"), found.by_type, type_words),
        (_("按地区"), found.by_region, region_words),
        (_("按月"), found.by_month, month_words),
    )
    sheets = [Sheet(_("全年"), _group_heads(_("范围")), [_group_row(str(found.year), found.total)])]
    sheets += [
        Sheet(name, _group_heads(name), [_group_row(words(one.key), one) for one in rows])
        for name, rows, words in parts
    ]
    sheets.append(Sheet(_("投标人家数"), [_("家数"), _("标段（个）")], found.competition))
    sheets.append(
        Sheet(
            _("各阶段用时"),
            [_("环节"), _("标段（个）"), _("中位（天）"), _("九成以内（天）")],
            [(_(SPAN_WORDS[span.key]), span.count, span.median, span.nine_of_ten) for span in found.spans],
        )
    )
    sheets.append(_lots_sheet(found))
    return workbook_response(_("交易统计-{year}").format(year=found.year), sheets)


def _group_heads(first: str) -> list[str]:
    counts = [_("受理（个）"), _("成交（个）"), _("流标与终止（个）")]
    amounts = [_("限价合计（元）"), _("成交金额（元）"), _("节约（元）"), _("节约率（%）")]
    return [first, *counts, *amounts, _("平均投标人（家）"), _("公告至中标通知中位（天）")]


def _group_row(words: str, one: Group) -> list[Any]:
    counts = [one.accepted, one.closed, one.failed]
    return [words, *counts, one.ceiling_yuan, one.price_yuan, one.saved_yuan, one.saved_percent, one.bidders, one.days]


def _lots_sheet(found: Statistics) -> Sheet:
    heads = [
        _("标段编号"),
        _("标段"),
        _("交易方式"),
        _("地区"),
        _("阶段"),
        _("最高投标限价（元）"),
        _("成交金额（元）"),
    ]
    rows = [
        (
            *(lot.code, lot.name, type_words(lot.procedure), region_words(lot.region), stage_words(lot.stage)),
            *(lot.ceiling_yuan, lot.price_yuan, lot.bidders, lot.announced_at, lot.deadline_at, lot.awarded_at),
        )
        for lot in found.lots
    ]
    return Sheet(_("标段"), [*heads, _("投标人（家）"), _("公告"), _("投标截止"), _("中标通知")], rows)


def sheet_address(request: HttpRequest) -> str:
    """Return the address of the same figures as a workbook."""
    query = request.GET.copy()
    query["format"] = "xlsx"
    return f"?{query.urlencode()}"
