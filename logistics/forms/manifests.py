"""What is entered about hand-over lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.models import Manifest
from logistics.selectors.manifests import numbers_on


class SignListForm(forms.Form):
    """Who of the carrier took the parcels, and how many he counted."""

    takes = ("objs",)
    taken_by = forms.CharField(
        max_length=100, label=_("Taken over by"), help_text=_("The carrier's person, as signed on the paper.")
    )
    counted = forms.IntegerField(min_value=0, max_value=100_000, label=_("Parcels counted"))
    remark = forms.CharField(
        max_length=300, required=False, label=_("Remark"), help_text=_("Needed when the count is another one.")
    )

    def __init__(self, *args: Any, objs: Sequence[Manifest] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(objs) == 1:
            self.fields["counted"].initial = len(numbers_on(objs[0]))
