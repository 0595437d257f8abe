"""Numbers to look up."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LookUpForm(forms.Form):
    """Many numbers at once."""

    text = forms.CharField(
        max_length=200_000, label=_("Waybill numbers"), widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One a line, or parted by blanks, commas or tabs: paste a column of a table."),
    )  # fmt: skip
