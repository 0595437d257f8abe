"""What is asked about lanes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from logistics.models import LaneSight


class PromiseDaysForm(forms.Form):
    """Days to promise on a lane, from a day on."""

    days = forms.IntegerField(min_value=1, max_value=365, label=_("Days promised"))
    valid_from = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Parcels handed over before keep their promise."),
    )  # fmt: skip

    takes = ("objs",)

    def __init__(self, *args: Any, objs: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lane = objs[0] if objs else None
        if lane is not None:
            self.initial.setdefault("days", lane.advised_days or lane.promise_days)
        self.initial.setdefault("valid_from", utcnow().date().isoformat())


class SightForm(forms.Form):
    """How far a lane is scanned, as a person knows it."""

    sight = forms.ChoiceField(
        choices=[("", _("As its own parcels and the table say")), *LaneSight.choices], required=False, label=_("Scans")
    )
    reason = forms.CharField(max_length=300, label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}))

    takes = ("objs",)

    def __init__(self, *args: Any, objs: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if objs:
            self.initial.setdefault("sight", objs[0].sight_set)


class RiskForm(forms.Form):
    """The share of parcels that may come later than promised, in per cent."""

    risk = forms.DecimalField(min_value=0, max_value=99, max_digits=4, decimal_places=1, required=False)


class ReasonForm(forms.Form):
    """Why a lane is taken as it is."""

    reason = forms.CharField(max_length=300, label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}))
