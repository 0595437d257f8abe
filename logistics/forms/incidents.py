"""What is entered about incidents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core import policies
from core.clock import utcnow
from core.pickers import countries_field
from logistics.choices import IncidentKind
from logistics.forms.naming import ServiceField
from logistics.models import Service
from logistics.policies.incidents import EXTEND_DAYS


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), **more)


class IncidentForm(forms.Form):
    """A new incident."""

    kind = forms.ChoiceField(choices=IncidentKind.choices, label=_("What happened"))
    service = ServiceField(
        queryset=Service.objects.none(), required=False, to_field_name="code", label=_("Service"), empty_label=_("All services"),
    )  # fmt: skip
    countries = countries_field(_("Countries"), help_text=_("None chosen: everywhere the service goes."))
    store = forms.ModelChoiceField(
        queryset=Store.objects.none(),
        required=False,
        to_field_name="code",
        label=_("Store"),
        empty_label=_("All stores"),
    )
    starts_at = _moment(_("Since"))
    expected_end = _moment(_("Expected to end"))
    handed_from = _day(_("Handed over from"), help_text=_("Empty: everything under way."))
    handed_to = _day(_("Handed over until"))
    reason = forms.CharField(max_length=300, label=_("What is known"), widget=forms.Textarea(attrs={"rows": 3}))
    stops_new = forms.BooleanField(required=False, initial=True, label=_("Stop the service there for new parcels"))

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()  # type: ignore[attr-defined]
        self.fields["store"].queryset = stores_for(actor)  # type: ignore[attr-defined]
        now = timezone.localtime(utcnow())
        self.initial.setdefault("starts_at", now.strftime("%Y-%m-%dT%H:%M"))
        self.initial.setdefault("expected_end", (now + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"))


class ProlongForm(forms.Form):
    """Another expected end."""

    expected_end = _moment(_("Expected to end"))
    reason = forms.CharField(max_length=300, label=_("Why"))


class ExtendDaysForm(forms.Form):
    """Days by which receiving times are lengthened."""

    takes: ClassVar[tuple[str, ...]] = ("actor",)
    days = forms.IntegerField(min_value=1, max_value=120, label=_("Days"))

    def __init__(self, *args: Any, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("days", int(policies.value(EXTEND_DAYS, utcnow())))


class EndForm(forms.Form):
    """How it ended."""

    reason = forms.CharField(max_length=300, label=_("How it ended"), widget=forms.Textarea(attrs={"rows": 3}))
