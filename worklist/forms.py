"""What may be entered about a duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
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


class PutAwayForm(forms.Form):
    """Putting away on the page: one of the quick times, or an own time with its reason."""

    until = forms.DateTimeField(
        required=False, label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(max_length=300, required=False, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, quick: Mapping[str, tuple[Any, datetime]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quick = quick or {}

    def clean(self) -> dict[str, Any]:
        """The quick choice is time and reason; an own time needs both."""
        data = super().clean() or {}
        if chosen := self.quick.get(str(self.data.get("quick", ""))):
            return {"until": chosen[1], "reason": data.get("reason") or str(chosen[0])}
        for name in ("until", "reason"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Say until when and why, or take one of the times above."))
        return data


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
