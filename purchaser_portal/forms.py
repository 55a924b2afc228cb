"""Forms of the purchaser portal; what is lawful is judged by the operations, here only what can be read at all."""

from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from identity.models import Organisation
from identity.roles import Role
from lawbook.procedures import procedures
from sealing.canonical import dumps, loads
from tendering.operations.draft_lot import LotDraft
from tendering.operations.register_project import ProjectDraft
from ui.forms import InstantField, MoneyField, PageForm

POLICIES = (
    ("bidder-or-custodians", _("投标人，或托管方到门限（默认）")),
    ("custodians", _("托管方到门限，到时自动开启")),
    ("bidder-and-custodians", _("投标人和托管方，缺一不可")),
    ("bidder", _("仅投标人")),
)
DOCUMENT_KINDS = (
    ("tender_document", _("招标文件")),
    ("bill_of_quantities", _("工程量清单")),
    ("attachment", _("附件、图纸")),
    ("clarification", _("澄清文件")),
)


def procedure_choices() -> list[tuple[str, str]]:
    """Return the procedures, rehearsals last and named so."""
    found = sorted(procedures().values(), key=lambda p: (p.rehearsal, p.code))
    return [
        (p.code, gettext("演练：{title}").format(title=gettext(p.title)) if p.rehearsal else gettext(p.title))
        for p in found
    ]


def _with_role(role: Role) -> list[tuple[str, str]]:
    found = Organisation.objects.filter(memberships__role=role).distinct().order_by("name")
    return [(o.uscc, f"{o.name}　{o.uscc}") for o in found]


SUITES = [
    ("INTL-1", _("国际算法（投标人可在浏览器中封装）")),
    ("GM-1", _("国密算法 SM2、SM3、SM4（招标人、投标人都用离线客户端）")),
]


class ProjectForm(PageForm):
    """A project: its procedure is fixed once it is registered."""

    name = forms.CharField(label=_("项目名称"), max_length=200)
    procedure = forms.ChoiceField(label=_("交易方式"), help_text=_("登记后不能更改"))
    purchaser_uscc = forms.ChoiceField(label=_("招标人"))
    agency_uscc = forms.ChoiceField(label=_("招标代理机构"), required=False)
    region = forms.CharField(label=_("项目所在地"), max_length=60, required=False)
    fund_source = forms.CharField(label=_("资金来源"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].choices = procedure_choices()  # type: ignore[attr-defined]
        self.fields["purchaser_uscc"].choices = _with_role(Role.PURCHASER)  # type: ignore[attr-defined]
        none = ("", gettext("不委托代理，自行招标"))
        self.fields["agency_uscc"].choices = [none, *_with_role(Role.AGENCY)]  # type: ignore[attr-defined]

    def draft(self) -> ProjectDraft:
        """Return what was filled in."""
        return ProjectDraft(**self.cleaned_data)


class LotForm(PageForm):
    """A lot as a draft; a half-filled one may be saved."""

    name = forms.CharField(label=_("标段名称"), max_length=200)
    estimate_yuan = MoneyField(label=_("估算价"), required=False)
    ceiling_yuan = MoneyField(label=_("最高投标限价"), required=False)
    bond_yuan = MoneyField(label=_("投标保证金"), required=False, help_text=_("不超过估算价的 2 %，且不超过法定上限"))
    duration_days = forms.IntegerField(label=_("工期（日历天）"), min_value=1, max_value=36500, required=False)
    site = forms.CharField(label=_("建设地点"), max_length=200, required=False)
    planned_deadline_at = InstantField(
        label=_("计划投标截止时间"), required=False, help_text=_("北京时间；发布公告时按法定期限核对")
    )
    scope = forms.CharField(label=_("招标范围"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    qualification = forms.CharField(label=_("投标人资格要求"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    policy = forms.ChoiceField(label=_("开启方式"), choices=POLICIES, initial="bidder-or-custodians")
    threshold = forms.IntegerField(label=_("托管方门限"), min_value=0, max_value=16, initial=2)
    suite = forms.ChoiceField(label=_("加密套件"), choices=SUITES, initial=LotDraft.suite, required=False)

    def clean_suite(self) -> str:
        """The suite; the usual one where none was chosen."""
        return self.cleaned_data["suite"] or LotDraft.suite

    def draft(self, scheme: dict[str, Any]) -> LotDraft:
        """Return what was filled in, with the evaluation scheme."""
        return LotDraft(**self.cleaned_data, scheme=scheme)


class DocumentForm(PageForm):
    """A file to attach."""

    kind = forms.ChoiceField(label=_("文件类别"), choices=DOCUMENT_KINDS)
    file = forms.FileField(label=_("文件"), help_text=_("PDF、Excel、Word、ZIP，不超过 100 MB；同类同名的会替换"))


def _canonical(text: str) -> Any:
    """Return the value of JSON text. :raises ValueError: it has no canonical form, lone surrogates included"""
    found = loads(text.encode())
    dumps(found)
    return found


class SignedField(forms.JSONField):
    """What a script signed: canonical JSON, which alone can be signed. What cannot be read is kept as it was sent."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return _canonical(value)
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return _canonical(data) if data else None
        except ValueError:
            return InvalidJSONInput(data)


class AnnounceForm(PageForm):
    """The signed parameters as the browser returns them."""

    deadline_at = InstantField(label=_("投标截止时间（同时开标）"))
    statement = SignedField(widget=forms.HiddenInput, required=False)
    recipients = SignedField(widget=forms.HiddenInput, required=False)


class AmendForm(AnnounceForm):
    """An amendment: its explanation is published."""

    explanation = forms.CharField(label=_("修改说明（公开）"), widget=forms.Textarea(attrs={"rows": 3}))
    affects_preparation = forms.BooleanField(
        label=_("影响投标文件编制"), required=False, initial=True, help_text=_("影响编制的，距截止不足 15 日须顺延")
    )


class AnswerForm(PageForm):
    """An answer that is published."""

    answer = forms.CharField(label=_("答复（公开）"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(PageForm):
    """A reason that is recorded and published."""

    reason = forms.CharField(label=_("理由（公开）"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ResultForm(PageForm):
    """The winner; a reason wherever it is not the first candidate."""

    bid_digest = forms.ChoiceField(label=_("中标人"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("未按排名确定中标人的理由"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
