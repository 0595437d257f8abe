"""What may be entered about parcels."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from core.tables import MOST_BYTES
from logistics.choices import BuyerMood, CustomsReason, EventStage, ParcelState, PlaceOk

OUTCOMES = [
    (s.value, s.label) for s in (ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.LOST, ParcelState.CLOSED)
]


class EventForm(forms.Form):
    """One tracking event as a person read it at the carrier."""

    stage = forms.ChoiceField(
        choices=[("", _("Read it from the words")), *EventStage.choices], required=False, label=_("Event")
    )
    description = forms.CharField(max_length=300, required=False, label=_("Words of the carrier"))
    location = forms.CharField(max_length=120, required=False, label=_("Place"))
    at = forms.DateTimeField(
        required=False,
        label=_("Time"),
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean(self) -> dict[str, Any]:
        """An event says something."""
        data = super().clean() or {}
        if not data.get("stage") and not (data.get("description") or "").strip():
            raise forms.ValidationError(_("Choose an event or enter the words of the carrier."))
        return data


class ExtendForm(forms.Form):
    """Days to add to the receiving time."""

    days = forms.IntegerField(min_value=1, max_value=120, initial=15, label=_("Days longer"))


class SettleForm(forms.Form):
    """How the parcel ended."""

    outcome = forms.ChoiceField(choices=OUTCOMES, label=_("How it ended"))
    reason = forms.CharField(
        max_length=300, required=False, label=_("Reason"), help_text=_("Needed for lost and closed.")
    )
    at = forms.DateTimeField(
        required=False,
        label=_("When"),
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean_at(self) -> Any:
        """Nothing ends in the future."""
        at = self.cleaned_data["at"]
        if at is not None and at > utcnow():
            raise forms.ValidationError(_("This time is still to come."))
        return at


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300, label=_("Reason"))


class JudgeForm(forms.Form):
    """What only a person knows."""

    buyer_mood = forms.ChoiceField(
        choices=[("", _("not known")), *BuyerMood.choices], required=False, label=_("How patient is the buyer?")
    )
    hold_reason = forms.ChoiceField(
        choices=[("", _("not known")), *CustomsReason.choices], required=False, label=_("Why does customs hold it?")
    )
    place_ok = forms.ChoiceField(
        choices=[("", _("not known")), *PlaceOk.choices], required=False, label=_("Delivered to"),
        help_text=_("As the proof of delivery says."),
    )  # fmt: skip


class EventFileForm(forms.Form):
    """A file of tracking events."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV with the columns number, time, text, place, stage (or their Chinese names)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refused before it is read when it is too large."""
        if self.cleaned_data["file"].size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return self.cleaned_data["file"]
