"""Forms of the bidder portal that the server is sent: questions, objections. Bids are never typed into one of these."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tendering.refusals import TEXT_MOST
from ui.forms import PageForm


class QuestionForm(PageForm):
    """A question about the tender document."""

    text = forms.CharField(
        label=_("问题"),
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("答复会向所有人公布，提问单位始终保密；请勿在问题中写明单位名称。"),
    )


class ObjectionForm(PageForm):
    """An objection; what it may be about depends on the stage."""

    matter = forms.ChoiceField(
        label=_("针对"),
        choices=[("document", _("招标文件")), ("opening", _("开标")), ("candidates", _("中标候选人"))],
    )
    text = forms.CharField(label=_("异议内容与依据"), max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 6}))
