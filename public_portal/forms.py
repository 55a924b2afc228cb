"""Forms of the public pages: the search above the list of lots, and signing in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from lawbook import procedures
from tendering import queries
from tendering.queries import LotSearch
from ui import stages
from ui.figures import WAN
from ui.forms import DayInput, Dressed, FilterForm, PageForm

# What people look for, not every stage of the table.
STAGE_GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "open": (_("正在招标"), ("announced",)),
    "opening": (_("开标"), ("closed", "opening", "opened")),
    "evaluation": (_("评标"), ("evaluating", "evaluated")),
    "publicity": (_("候选人公示"), ("candidates_published", "awarding")),
    "result": (_("结果与中标"), ("result_published", "awarded", "contracted", "archived")),
    "failed": (_("流标、终止"), tuple(sorted(stages.ENDED_BADLY))),
}


def _types() -> list[tuple[str, Any]]:
    return [("", _("全部类型")), *((found.code, _(found.title)) for found in procedures().values())]


class SearchForm(FilterForm):
    """The search: words, type, region, stage, amount of the ceiling in 万元, dates."""

    text = forms.CharField(label=_("关键词"), widget=forms.TextInput(attrs={"type": "search"}))
    type = forms.ChoiceField(label=_("类型"), choices=_types)
    region = forms.ChoiceField(label=_("地区"))
    stage = forms.ChoiceField(label=_("阶段"))
    amount_from = forms.DecimalField(label=_("限价不低于（万元）"), min_value=Decimal(0), max_digits=18)
    amount_to = forms.DecimalField(label=_("限价不高于（万元）"), min_value=Decimal(0), max_digits=18)
    dates_of = forms.ChoiceField(label=_("日期按"), choices=[("announced", _("公告日期")), ("deadline", _("截止日期"))])
    date_from = forms.DateField(label=_("自"), widget=DayInput)
    date_to = forms.DateField(label=_("至"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["placeholder"] = _("项目名称、标段编号或招标人")
        stages_offered = [(key, words) for key, (words, _stages) in STAGE_GROUPS.items()]
        self._offer("region", [("", _("全部地区")), *((name, name) for name in queries.regions())])
        self._offer("stage", [("", _("全部阶段")), *stages_offered])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def search(self) -> LotSearch:
        """Return what was asked for; a field that cannot be read asks for nothing."""
        asked = self.chosen()
        return LotSearch(
            text=asked.get("text", ""),
            type=asked.get("type", ""),
            region=asked.get("region", ""),
            stages=STAGE_GROUPS[asked["stage"]][1] if "stage" in asked else (),
            amount_from=asked["amount_from"] * WAN if "amount_from" in asked else None,
            amount_to=asked["amount_to"] * WAN if "amount_to" in asked else None,
            date_from=asked.get("date_from"),
            date_to=asked.get("date_to"),
            dates_of=asked.get("dates_of", "announced"),
        )


class PasswordForm(PageForm):
    """The password that was, and the new one twice."""

    old = forms.CharField(
        label=_("原密码"), max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("不少于 10 位"),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"), max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "new" in found and "again" in found and found["new"] != found["again"]:
            self.add_error("again", _("两次输入的新密码不一样，请重新输入。"))
        return found


class SignInForm(Dressed, AuthenticationForm):
    """Login and password; one sentence for every failure, so that nobody learns which logins exist."""

    error_messages = {
        "invalid_login": _("账号或密码不对。连续多次不对会暂停登录一刻钟。"),
        "inactive": _("账号或密码不对。连续多次不对会暂停登录一刻钟。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["password"].label = _("密码")
