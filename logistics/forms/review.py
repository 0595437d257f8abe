"""What is entered on the weekly review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CODES = [("", _("The one that fits the reason")), *((code, code) for code in ("T03", "T04", "T05", "T05A", "X02", "X03"))]


class FindingForm(forms.Form):
    """What was found."""

    finding = forms.CharField(max_length=300, label=_("Finding"), widget=forms.Textarea(attrs={"rows": 3}))


class TellForm(forms.Form):
    """Which text the buyers get."""

    code = forms.ChoiceField(choices=CODES, required=False, label=_("Text"))


class CloseForm(forms.Form):
    """A last word."""

    note = forms.CharField(max_length=1000, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))
