"""What people enter about tracking sources and the numbers they follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.models import FollowedNumber
from logistics.selectors import numbers


class SourceForm(forms.Form):
    """Access data of a tracking source."""

    name = forms.CharField(max_length=100, label=_("Name"))
    key = forms.CharField(
        required=False, max_length=300, label=_("Key"), widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted, never shown again. Empty: the key that is there stays."),
    )  # fmt: skip
    base_url = forms.URLField(
        required=False, assume_scheme="https", max_length=300, label=_("Address"),
        help_text=_("Empty: the usual address of 17TRACK"),
    )  # fmt: skip
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    whole_house = forms.BooleanField(
        required=False, label=_("Also parcels of shops whose channel tells events"),
        help_text=_("Each number costs one registration."),
    )  # fmt: skip


class NewSourceForm(SourceForm):
    """A new source."""

    code = forms.SlugField(
        max_length=20, label=_("Short name"), help_text=_("It stands in the address for pushes and stays as it is.")
    )
    field_order = ("code", "name", "key", "base_url", "whole_house")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = True
        self.fields["key"].help_text = _("Kept encrypted, never shown again.")
        del self.fields["active"]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300, label=_("Reason"))


class PickForm(forms.Form):
    """Whose the number is: the likeliest first, then all others."""

    takes = ("objs",)
    carrier = forms.TypedChoiceField(coerce=int, label=_("Carrier"))

    def __init__(self, *args: Any, objs: Sequence[FollowedNumber] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = numbers.carriers()
        likely = list(dict.fromkeys(
            key for obj in objs for one in obj.candidates if (key := one.get("key")) in known
        ))  # fmt: skip
        first = [(key, known[key]) for key in likely]
        rest = [(key, name) for key, name in known.items() if key not in likely]
        groups = [(_("Likely"), first), (_("All others"), rest)]
        self.fields["carrier"].choices = groups if first else rest
