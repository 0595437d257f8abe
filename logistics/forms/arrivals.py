"""Which countries and services a table of arrival times is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.forms.rates import countries_of
from logistics.models import Service


class ArrivalForm(forms.Form):
    """Countries of the shop's buyers, services it offers."""

    countries = forms.CharField(max_length=300, label=_("Countries"), help_text=_("Codes separated by ;"))
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.filter(active=True), to_field_name="code", required=False, label=_("Services"),
        help_text=_("None chosen: all that go there."), widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip

    def clean_countries(self) -> list[str]:
        """Those that exist, each once."""
        return list(dict.fromkeys(filter(None, countries_of(self.cleaned_data["countries"]).split(";"))))

    def codes(self) -> list[str]:
        """The chosen services by code."""
        chosen: Any = self.cleaned_data["services"]
        return [service.code for service in chosen]
