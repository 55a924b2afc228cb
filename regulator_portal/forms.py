"""Forms of the regulator portal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ui.forms import PageForm


class OrderForm(PageForm):
    """The reason of an order; it is published."""

    reason = forms.CharField(
        label=_("理由与文书编号（公开）"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
