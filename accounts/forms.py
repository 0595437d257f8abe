"""What may be entered about stores, people, tokens and house rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Density, Role, StoreKind, Theme
from accounts.models import Store
from accounts.selectors import stores_for
from accounts.services import TOKEN_SCOPES

_ZONES = [
    (name, name) for name in sorted(available_timezones()) if "/" in name and not name.startswith(("Etc/", "SystemV/"))
]
_ZONES.insert(0, ("UTC", "UTC"))
SCOPE_LABELS = {
    "read": _("Read"), "write": _("Write"), "personal-data": _("See names, addresses, phones and e-mails of buyers"),
}  # fmt: skip


class StoreForm(forms.Form):
    """A new store."""

    name = forms.CharField(max_length=100, label=_("Name"), help_text=_("As your people and your buyers know it"))
    code = forms.SlugField(
        max_length=40, label=_("Code"), help_text=_("Short name used in commands and files; it stays")
    )
    kind = forms.ChoiceField(choices=StoreKind.choices, label=_("Channel"))
    currency = forms.RegexField(
        r"^[A-Z]{3}$", max_length=3, label=_("Currency"), help_text=_("Three capital letters, e.g. USD")
    )
    time_zone = forms.ChoiceField(
        choices=_ZONES,
        initial="Asia/Shanghai",
        label=_("Time zone"),
        help_text=_("Times without a zone in its files mean this one"),
    )
    reply_email = forms.EmailField(
        required=False, label=_("Reply address"), help_text=_("Answers of buyers to our e-mails go here")
    )
    one_signer = forms.BooleanField(required=False, label=_("One person may give both signatures on a dispatch note"))


class StoreChangeForm(forms.Form):
    """What of a store may change."""

    name = forms.CharField(max_length=100, label=_("Name"))
    time_zone = forms.ChoiceField(choices=_ZONES, label=_("Time zone"))
    reply_email = forms.EmailField(required=False, label=_("Reply address"))
    one_signer = forms.BooleanField(required=False, label=_("One person may give both signatures on a dispatch note"))


class _StoresField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PersonForm(forms.Form):
    """A new login."""

    username = forms.CharField(max_length=150, label=_("User name"))
    display_name = forms.CharField(
        max_length=100, required=False, label=_("Name"), help_text=_("As colleagues and buyers read it")
    )
    email = forms.EmailField(required=False, label=_("E-mail"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))
    all_stores = forms.BooleanField(required=False, label=_("Works in every store, later ones too"))
    stores = _StoresField(
        queryset=Store.objects.none(), required=False, label=_("Stores"), widget=forms.CheckboxSelectMultiple
    )
    password = forms.CharField(
        max_length=200, label=_("First password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Tell it to the person; it can be changed under Settings"),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["stores"].queryset = stores_for(actor)


class PersonChangeForm(forms.Form):
    """What of a login may change."""

    display_name = forms.CharField(max_length=100, required=False, label=_("Name"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))
    all_stores = forms.BooleanField(required=False, label=_("Works in every store, later ones too"))
    stores = _StoresField(
        queryset=Store.objects.none(), required=False, label=_("Stores"), widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(
        required=False, label=_("Works here"), help_text=_("Without this mark the person is out at once, everywhere")
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["stores"].queryset = stores_for(actor)


class TokenForm(forms.Form):
    """A new key for a program."""

    program = forms.CharField(max_length=100, label=_("Program"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))
    scopes = forms.MultipleChoiceField(
        choices=[(s, SCOPE_LABELS[s]) for s in TOKEN_SCOPES],
        initial=["read"],
        label=_("May"),
        widget=forms.CheckboxSelectMultiple,
    )
    stores = _StoresField(
        queryset=Store.objects.none(), required=False, label=_("Stores"), widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all stores, later ones too"),
    )  # fmt: skip
    expires_at = forms.DateTimeField(
        required=False,
        label=_("Valid until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: until revoked"),
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["stores"].queryset = stores_for(actor)


class ProfileForm(forms.Form):
    """A person's own settings."""

    display_name = forms.CharField(
        max_length=100, required=False, label=_("Name"), help_text=_("As colleagues and buyers read it")
    )
    language = forms.ChoiceField(choices=[("zh-hans", "中文"), ("en", "English")], label=_("Language"))
    time_zone = forms.ChoiceField(choices=_ZONES, label=_("Time zone"))
    today_order = forms.ChoiceField(
        choices=[("day", _("In the order of the day")), ("risk", _("By expected loss"))], label=_("Order of Today")
    )
    density = forms.ChoiceField(choices=Density.choices, label=_("Density"))
    theme = forms.ChoiceField(choices=Theme.choices, label=_("Colours"))


class PolicyForm(forms.Form):
    """A new value of a house rule from a day on."""

    value = forms.CharField(max_length=500, label=_("Value"))
    valid_from = forms.DateField(
        initial=date.today, label=_("Counts from day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    store = forms.ModelChoiceField(
        queryset=Store.objects.none(), required=False, label=_("Only for store"), empty_label=_("All stores")
    )
    note = forms.CharField(max_length=300, required=False, label=_("Why"))

    def __init__(self, *args: Any, actor: Any, per_store: bool, house_wide: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores_for(actor)
        if not per_store:
            del self.fields["store"]
        elif not house_wide:
            self.fields["store"].required, self.fields["store"].empty_label = True, None


class CalendarForm(forms.Form):
    """An exception of the working calendar."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    working = forms.ChoiceField(
        choices=[("no", _("Holiday")), ("yes", _("Make-up day, worked"))], label=_("What it is")
    )
    name = forms.CharField(max_length=100, required=False, label=_("Name"))
