"""The table of promises as staff edit it; what versions have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from logistics.models import PromiseRule


class VersionForm(forms.ModelForm):
    """A row whose change is a new version from a day on."""

    field_order: ClassVar[list[str] | None] = None
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("The past keeps its own.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["valid_from"] = utcnow().date().isoformat()

    def validate_unique(self) -> None:
        """A version of the same day is changed in place."""


class PromiseForm(VersionForm):
    """Days promised and days of the checks."""

    class Meta:
        model = PromiseRule
        fields = (
            "priority", "service_match", "destination_match", "promise_days", "first_check_days", "second_check_days",
            "lost_after_days", "extend_when_days_left", "note", "note_zh",
            "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "priority": _("Tried in this order"), "service_match": _("Services"), "destination_match": _("Countries"),
            "promise_days": _("Days promised"), "first_check_days": _("First check (days)"), "second_check_days": _("Second check (days)"),
            "lost_after_days": _("Lost after (days)"), "extend_when_days_left": _("Lengthen when days left"), "note": _("Note (English)"),
            "note_zh": _("Note (Chinese)"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "service_match": _("Kinds as kind:a|b, services as service:A|B, * for all"),
            "destination_match": _("Country codes separated by ; or * for all"),
        }
