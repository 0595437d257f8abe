"""What may be entered about a duty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from worklist import selectors
from worklist.models import Duty


class DoneForm(forms.Form):
    """How it was done."""

    reason = forms.CharField(max_length=300, label=_("How was it done?"), widget=forms.Textarea(attrs={"rows": 2}))


class SnoozeForm(forms.Form):
    """Until when and why."""

    until = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(max_length=300, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(forms.Form):
    """Who does it."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Colleague"))

    def __init__(self, *args: Any, duty: Duty | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        if duty is not None:
            field.queryset = selectors.people_for_duty(duty)
        field.label_from_instance = lambda person: person.label  # type: ignore[method-assign]
