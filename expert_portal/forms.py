"""The forms of the committee's room. Whether an act is lawful is for the operation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ui.forms import PageForm


class PledgeForm(PageForm):
    """The pledge: both sentences are affirmed."""

    no_conflict = forms.BooleanField(
        label=_("我已逐条核对，没有应当回避的情形。"),
        error_messages={"required": _("请确认没有应当回避的情形；有的，请申请回避。")},
    )
    confidential = forms.BooleanField(
        label=_("我将独立、客观、公正评审，不私下接触投标人，对评标情况保密。"),
        error_messages={"required": _("请作出保密与独立评审的承诺。")},
    )


class RecuseForm(PageForm):
    """Stepping aside; `refusal`: unable to attend, without a conflict."""

    reason = forms.CharField(
        label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), strip=True, required=False
    )
    refusal = forms.BooleanField(label=_("没有利害关系，只是不能到场"), required=False)


class VoteForm(PageForm):
    """One vote for a seat."""

    seat = forms.IntegerField(min_value=1, max_value=99, error_messages={"required": _("请选择一位成员。")})


class ExplainForm(PageForm):
    """Why one's own score stands out."""

    bid = forms.CharField(max_length=64)
    item = forms.CharField(max_length=60)
    text = forms.CharField(max_length=2000, required=False)


class DraftForm(PageForm):
    """Drafting the report, or rejecting all bids with the reason."""

    reject_all = forms.BooleanField(label=_("否决全部投标"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class SignForm(PageForm):
    """Signing; who disagrees writes why (BR-53)."""

    dissent = forms.CharField(
        label=_("不同意见及理由（没有则留空）"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
