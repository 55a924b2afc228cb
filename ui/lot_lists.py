"""The list of lots as offices see it: its filter and its columns. What they may see is for `tendering.queries`."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.actor import Actor
from lawbook import procedures
from tendering import queries
from tendering.queries import LotSearch
from ui import stages
from ui.forms import DayInput, FilterForm
from ui.lists import Column

KINDS = {"real": False, "rehearsal": True}


def _types() -> list[tuple[str, Any]]:
    return [("", _("全部类型")), *((found.code, _(found.title)) for found in procedures().values())]


class LotFilter(FilterForm):
    """Words, type, region, stage, dates of the announcement, rehearsals or not."""

    text = forms.CharField(label=gettext_lazy("关键词"), widget=forms.TextInput(attrs={"type": "search"}))
    type = forms.ChoiceField(label=gettext_lazy("交易方式"), choices=_types)
    region = forms.ChoiceField(label=gettext_lazy("地区"))
    stage = forms.ChoiceField(label=gettext_lazy("阶段"))
    date_from = forms.DateField(label=gettext_lazy("公告自"), widget=DayInput)
    date_to = forms.DateField(label=gettext_lazy("公告至"), widget=DayInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("演练"),
        choices=[
            ("", gettext_lazy("全部")),
            ("real", gettext_lazy("不含演练")),
            ("rehearsal", gettext_lazy("仅演练")),
        ],
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["placeholder"] = _("项目名称、标段编号或招标人")
        regions = [(name, name) for name in queries.regions(actor)]
        self.fields["region"].choices = [("", _("全部地区")), *regions]  # type: ignore[attr-defined]
        self.fields["stage"].choices = [("", _("全部阶段")), *stages.STAGE_CHOICES]  # type: ignore[attr-defined]

    def search(self) -> LotSearch:
        """Return what was asked for."""
        asked = self.chosen()
        return LotSearch(
            text=asked.get("text", ""),
            type=asked.get("type", ""),
            region=asked.get("region", ""),
            stages=(asked["stage"],) if "stage" in asked else (),
            date_from=asked.get("date_from"),
            date_to=asked.get("date_to"),
            rehearsal=KINDS.get(asked.get("kind", "")),
        )


COLUMNS = (
    Column("code", gettext_lazy("标段编号"), lambda lot: lot.code, "code"),
    Column("name", gettext_lazy("标段"), lambda lot: lot.name, "name"),
    Column("purchaser", gettext_lazy("招标人"), lambda lot: lot.project.purchaser.name, "project__purchaser__name"),
    Column("region", gettext_lazy("地区"), lambda lot: lot.project.region, "project__region"),
    Column("stage", gettext_lazy("阶段"), lambda lot: _(stages.look(lot).words), "stage"),
    Column("stage_at", gettext_lazy("进入阶段"), lambda lot: lot.stage_at, "stage_at"),
    Column("ceiling", gettext_lazy("最高投标限价（元）"), lambda lot: lot.ceiling_yuan, "ceiling_yuan"),
    Column("deadline", gettext_lazy("投标截止时间"), lambda lot: lot.deadline_at, "deadline_at"),
    Column("rehearsal", gettext_lazy("演练"), lambda lot: _("演练") if lot.project.rehearsal else ""),
)
