"""Which countries and services a table of arrival times is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core import format as f
from core.audit import Actor
from core.pickers import countries_field
from logistics.forms.naming import ServicesField
from logistics.models import Service
from logistics.rules.detail_words import WORDS


def languages() -> list[tuple[str, str]]:
    """The languages a text can be written in, by their name for the reader."""
    return [(code, f.language_name(code)) for code in WORDS]


class ArrivalForm(forms.Form):
    """Countries of the shop's buyers, services it offers."""

    countries = countries_field(_("Countries"), required=True)
    services = ServicesField(queryset=Service.objects.filter(active=True), to_field_name="code", required=False, label=_("Services"),
        help_text=_("None chosen: all that go there."), widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip

    store = forms.ModelChoiceField(
        queryset=Store.objects.none(), to_field_name="code", required=False, label=_("Store"),
        help_text=_("For the text of the detail page: its handling time and service hours."),
    )  # fmt: skip
    language = forms.ChoiceField(choices=languages, required=False, initial="en", label=_("Language of the text"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["store"]
        field.queryset = stores_for(actor)

    def clean_countries(self) -> list[str]:
        """Those that exist, each once."""
        return [code for code in self.cleaned_data["countries"].split(";") if code]

    def codes(self) -> list[str]:
        """The chosen services by code."""
        chosen: Any = self.cleaned_data["services"]
        return [service.code for service in chosen]
