"""What a report may be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from core.audit import Actor
from reports import rules
from reports.selectors import Question


class ReportForm(forms.Form):
    """Days, store, country."""

    period = forms.ChoiceField(choices=[(name, name) for name in (*rules.PERIODS, "own")], required=False)
    since = forms.DateField(required=False, label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    store = forms.ModelChoiceField(queryset=None, to_field_name="code", required=False, label=_("Store"))
    country = forms.RegexField(r"^[A-Za-z]{2}$", required=False, label=_("Country"))

    def __init__(self, *args: Any, actor: Actor, now: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today: date = timezone.localtime(now).date()
        self.fields["store"].queryset = stores_for(actor)

    def clean(self) -> dict[str, Any]:
        """The days in words when they do not fit."""
        data = super().clean() or {}
        own = data.get("since") or data.get("until")
        name = data.get("period") or ("own" if own else "30")
        try:
            data["days"] = rules.period(name, data.get("since"), data.get("until"), self.today)
        except ValueError as error:
            words = {
                "order": _("The first day lies after the last."),
                "length": _("A report covers three years at most."),
            }
            raise forms.ValidationError(words[str(error)]) from error
        return data

    def question(self) -> Question:
        """The question of a valid form."""
        data = self.cleaned_data
        store = data.get("store")
        return Question(data["days"], store.pk if store else None, (data.get("country") or "").upper())
