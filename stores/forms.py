"""What people enter about connections, calls and clocks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.choices import CLOCK_WORDS
from stores.services.deadlines import UNITS


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300, label=_("Reason"))


class ConnectForm(forms.Form):
    """Access data of a channel."""

    base_url = forms.URLField(
        required=False, assume_scheme="https", max_length=300, label=_("Address"),
        help_text=_("Empty: the usual address of the channel"),
    )  # fmt: skip
    token = forms.CharField(
        required=False, max_length=500, label=_("Key"), widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted, never shown again. Empty: a fresh key of the pretend shop"),
    )  # fmt: skip


class DeadlineForm(forms.Form):
    """A new version of a clock."""

    value = forms.CharField(max_length=20, label=_("Value"))
    unit = forms.ChoiceField(choices=[(name, CLOCK_WORDS.get(name, name)) for name in UNITS], label=_("Unit"))
    valid_from = forms.DateField(label=_("Counts from day"), widget=forms.DateInput(attrs={"type": "date"}))
    warn_before = forms.DecimalField(
        required=False, min_value=0, max_digits=6, decimal_places=1, label=_("Warn before")
    )
    warn_unit = forms.ChoiceField(
        required=False, choices=[("", "–"), ("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
        label=_("Unit of the warning"),
    )  # fmt: skip
    origin = forms.CharField(required=False, max_length=300, label=_("Where it comes from"))
