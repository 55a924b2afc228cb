"""Forms of the centre portal: what can be read at all; what is lawful is judged by the operations."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre_portal import words
from evaluation.operations.enrol_expert import ExpertEntry, FormerEmployment
from identity.models import Membership, Organisation
from identity.roles import MEMBER_ROLES, ROLE_NAMES, Role
from tendering.models import Lot
from ui.forms import DayInput, FilterForm, PageForm

SIZES = (("5", gettext_lazy("5 人")), ("7", gettext_lazy("7 人")))
ROLES = [(role.value, ROLE_NAMES[role]) for role in MEMBER_ROLES]


def role_choices() -> list[tuple[str, str]]:
    """Return the roles that people can hold, in the reader's language."""
    return [(value, _(name)) for value, name in ROLES]


def organisation_choices(none: str = "") -> list[tuple[str, str]]:
    """Return every organisation by USCC; first `none` with an empty value, if given."""
    rows = Organisation.objects.order_by("name").values_list("uscc", "name")
    return [*([("", none)] if none else []), *((uscc, f"{name}　{uscc}") for uscc, name in rows)]


def delegates(lot: Lot) -> list[tuple[str, str]]:
    """Return whom the purchaser can send into the committee, as choices: login, name."""
    people = Membership.objects.filter(
        organisation=lot.project.purchaser, role=Role.PURCHASER, ended_at=None, person__is_active=True
    )
    return [(row.person.login, row.person.name) for row in people.select_related("person")]


class ReasonForm(PageForm):
    """A reason that is recorded."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class ExpertStateForm(ReasonForm):
    """The state wanted, as the page showed it: what is posted twice asks for the same state again."""

    active = forms.TypedChoiceField(
        choices=(("yes", ""), ("no", "")), coerce=lambda value: value == "yes", widget=forms.HiddenInput
    )


class DrawForm(PageForm):
    """What the committee is drawn by; `representative` is the login of one of the purchaser's own people."""

    size = forms.TypedChoiceField(label=gettext_lazy("委员会人数"), choices=SIZES, coerce=int, initial="5")
    representative = forms.ChoiceField(
        label=gettext_lazy("招标人代表"), required=False, help_text=gettext_lazy("占一席，不得超过三分之一")
    )

    def __init__(self, *args: Any, lot: Lot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["representative"].choices = [("", _("不派代表，全部随机抽取")), *delegates(lot)]  # type: ignore[attr-defined]


class ReplaceForm(ReasonForm):
    """Why a seat is filled anew, and who sat there on the page; for the purchaser's seat who is sent now."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lot: Lot, delegate: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if delegate:
            choices = [("", _("请选择")), *delegates(lot)]
            self.fields["representative"] = forms.ChoiceField(
                label=_("招标人另行委派的代表"), required=False, choices=choices
            )
            self.order_fields(["representative", "reason", "seen"])


class ExpertFilter(FilterForm):
    """The filter above the pool."""

    text = forms.CharField(label=gettext_lazy("姓名、账号或单位"), widget=forms.TextInput(attrs={"type": "search"}))
    specialty = forms.ChoiceField(label=gettext_lazy("专业"))
    active = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[("", gettext_lazy("全部")), ("yes", gettext_lazy("在库")), ("no", gettext_lazy("停用"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specialty"].choices = [("", _("全部专业")), *words.specialties()]  # type: ignore[attr-defined]


class ExpertEntryForm(PageForm):
    """What the pool says of an expert."""

    specialty = forms.ChoiceField(label=gettext_lazy("专业"))
    region = forms.CharField(label=gettext_lazy("所在地区"), max_length=60)
    title = forms.CharField(label=gettext_lazy("职称"), max_length=60, required=False)
    employer_uscc = forms.ChoiceField(
        label=gettext_lazy("现任职单位"), required=False, help_text=gettext_lazy("该单位投标时自动回避")
    )
    former_uscc = forms.CharField(label=gettext_lazy("三年内曾任职单位（统一社会信用代码）"), required=False)
    former_left_on = forms.DateField(label=gettext_lazy("离职日期"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specialty"].choices = words.specialties()  # type: ignore[attr-defined]
        self.fields["employer_uscc"].choices = organisation_choices(_("没有，或未在本平台登记"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for code and day of the former employer together."""
        typed = super().clean() or {}
        if bool(typed.get("former_uscc")) != bool(typed.get("former_left_on")) and "former_left_on" in typed:
            self.add_error("former_left_on", _("曾任职单位的代码和离职日期须一并填写。"))
        return typed

    def entry(self) -> ExpertEntry:
        """Return what was filled in."""
        typed = self.cleaned_data
        former = (FormerEmployment(typed["former_uscc"], typed["former_left_on"]),) if typed["former_uscc"] else ()
        return ExpertEntry(typed["specialty"], typed["region"], typed["title"], typed["employer_uscc"], former)


class ExpertForm(ExpertEntryForm):
    """A person to enrol, by login."""

    login = forms.CharField(label=gettext_lazy("账号"), max_length=80, help_text=gettext_lazy("须已有评标专家身份"))
    field_order = ["login"]


class PeopleFilter(FilterForm):
    """The filter above the people."""

    text = forms.CharField(label=gettext_lazy("姓名、账号或单位"), widget=forms.TextInput(attrs={"type": "search"}))
    role = forms.ChoiceField(label=gettext_lazy("身份"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("全部身份")), *role_choices()]  # type: ignore[attr-defined]


class OrganisationFilter(FilterForm):
    """The filter above the organisations."""

    text = forms.CharField(label=gettext_lazy("名称或代码"), widget=forms.TextInput(attrs={"type": "search"}))
    role = forms.ChoiceField(label=gettext_lazy("有这种身份的人员"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("全部")), *role_choices()]  # type: ignore[attr-defined]


class OrganisationForm(PageForm):
    """An organisation to register."""

    uscc = forms.CharField(
        label=gettext_lazy("统一社会信用代码"), max_length=24, help_text=gettext_lazy("18 位，校验码会核对")
    )
    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=200)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=60, required=False)
    operator = forms.BooleanField(
        label=gettext_lazy("本平台的运营机构"),
        required=False,
        help_text=gettext_lazy("不得投标、代理或托管密钥（EB-23），登记后不能更改"),
    )


class InitialPasswordForm(PageForm):
    """A password for somebody else, who must change it."""

    password = forms.CharField(
        label=gettext_lazy("初始密码"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
        help_text=gettext_lazy("不少于 10 位"),
    )


class PersonForm(InitialPasswordForm):
    """A person to register; roles are granted afterwards."""

    login = forms.CharField(
        label=gettext_lazy("账号"), max_length=80, help_text=gettext_lazy("小写字母、数字和 . _ @ -")
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=80)
    field_order = ("login", "name", "password")


class GrantForm(PageForm):
    """A role to grant."""

    organisation = forms.ChoiceField(label=gettext_lazy("单位"))
    role = forms.ChoiceField(label=gettext_lazy("身份"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = organisation_choices()  # type: ignore[attr-defined]
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]
