"""What may be entered about cases and ratings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core.audit import Actor
from disputes.choices import GIVES_NOTHING, CaseKind, Outcome, RemedyKind, Route
from disputes.selectors import causes

_WHEN = {
    "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}),
    "input_formats": [
        "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    ],
}  # fmt: skip
_GIVEN = [(kind.value, kind.label) for kind in RemedyKind if kind not in GIVES_NOTHING]


def _words(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class FeedbackFileForm(forms.Form):
    """A file of ratings and the store they belong to."""

    store = forms.ModelChoiceField(queryset=Store.objects.none(), label=_("Store"))
    file = forms.FileField(
        label=_("File"), help_text=_("CSV with the columns order_no, stars, text, at, id (or their Chinese names)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = stores_for(actor)


class OpenCaseForm(forms.Form):
    """A complaint about an order."""

    kind = forms.ChoiceField(choices=CaseKind.choices, label=_("Kind"))
    reason = forms.CharField(max_length=5000, required=False, label=_("The buyer's words"), widget=_words(3))
    claimed = forms.DecimalField(
        max_digits=14,
        decimal_places=4,
        min_value=0,
        required=False,
        label=_("Claimed amount"),
        help_text=_("In the order's currency."),
    )
    external_id = forms.CharField(
        max_length=80, required=False, label=_("Number in the shop"), help_text=_("If the shop gave the case one.")
    )
    respond_by = forms.DateTimeField(
        required=False, label=_("Answer by"), help_text=_("Empty: by the channel's deadline."), **_WHEN
    )  # fmt: skip

    def clean_claimed(self) -> Any:
        """Nothing is the same as not said."""
        return self.cleaned_data["claimed"] or None


class AnswerForm(forms.Form):
    """An offer, or a refusal with evidence."""

    kind = forms.ChoiceField(choices=RemedyKind.choices, label=_("Offer"))
    amount = forms.DecimalField(
        max_digits=14, decimal_places=4, required=False, label=_("Amount"),
        help_text=_("For refunds. Empty with a full refund: all that is left."),
    )  # fmt: skip
    text = forms.CharField(
        max_length=4000, label=_("Text"), help_text=_("The buyer and the platform read it."), widget=_words(8)
    )
    record = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300, label=_("Reason"), widget=_words())


class NoteForm(forms.Form):
    """A word of explanation."""

    note = forms.CharField(max_length=300, required=False, label=_("Note"), widget=_words())


class TurnForm(NoteForm):
    """The case comes back, or goes to the platform; a new clock may be known."""

    respond_by = forms.DateTimeField(required=False, label=_("Answer by"), **_WHEN)
    field_order = ("respond_by", "note")


class CloseForm(NoteForm):
    """How it ended."""

    outcome = forms.ChoiceField(choices=Outcome.choices, label=_("How it ended"))
    field_order = ("outcome", "note")


class CauseForm(NoteForm):
    """What lay at the root."""

    cause = forms.ChoiceField(choices=causes.choices_today, label=_("Root cause"))
    field_order = ("cause", "note")


class RootCauseForm(forms.Form):
    """A line of the list of root causes. The code of an old one stays."""

    code = forms.CharField(max_length=30, label=_("Code"), help_text=_("A short word of small letters, digits and _."))
    name_zh = forms.CharField(max_length=60, label=_("Chinese name"))
    name = forms.CharField(max_length=60, label=_("English name"))
    position = forms.IntegerField(min_value=0, max_value=9999, initial=100, label=_("Position"))
    valid_from = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(
        required=False, label=_("Until day"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: for good. What was named with it keeps it."),
    )  # fmt: skip

    def __init__(self, *args: Any, fresh: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if not fresh:
            del self.fields["code"]


class RemedyForm(forms.Form):
    """What the buyer was given outside of an accepted answer."""

    kind = forms.ChoiceField(choices=_GIVEN, label=_("Remedy"))
    amount = forms.DecimalField(
        max_digits=14, decimal_places=4, required=False, label=_("Amount"), help_text=_("For refunds.")
    )
    route = forms.ChoiceField(choices=Route.choices, label=_("Route"))
    reference = forms.CharField(
        max_length=50, required=False, label=_("Reference"),
        help_text=_("Number of the transaction, the new order or the parcel; the same one counts once."),
    )  # fmt: skip
    note = forms.CharField(max_length=300, required=False, label=_("Note"), widget=_words())


class ReplyForm(forms.Form):
    """The one reply to a rating."""

    text = forms.CharField(max_length=2000, label=_("Reply"), widget=_words(6))
