"""What may be entered about carriers with an API of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.models import CarrierAccount
from stores.services import carriers


class AccountForm(forms.ModelForm):
    """The account with a carrier; the key is written and never shown."""

    kind = forms.ChoiceField(label=_("Program"))
    token = forms.CharField(
        max_length=500, required=False, label=_("Key"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty keeps the present one."),
    )  # fmt: skip

    class Meta:
        model = CarrierAccount
        fields = ("code", "name", "kind", "base_url", "own_label", "active")
        labels: ClassVar[dict[str, Any]] = {
            "code": _("Short name"), "name": _("Name"), "base_url": _("Address"), "own_label": _("Print the carrier's own label"),
            "active": _("In use"),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in carriers.kinds()]  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["code"].disabled = True

    def validate_unique(self) -> None:
        """The service refuses a second account of one name."""

    def _post_clean(self) -> None:
        """The row is written by its service only."""
