"""The form that asks for a rehearsal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rehearsal.operations.ask_for_rehearsal import FEWEST, MOST
from ui.forms import PageForm


class RehearsalForm(PageForm):
    """How many bidders take part."""

    bidders = forms.IntegerField(
        label=_("投标人家数"), min_value=FEWEST, max_value=MOST, initial=5, help_text=_("3 至 10 家，其中一家不到场")
    )
