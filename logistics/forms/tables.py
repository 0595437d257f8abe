"""The tables of tracking as staff edit them."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from logistics.models import DecisionRule, PromiseRule


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
            "lost_after_days", "extend_when_days_left", "note_zh", "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "priority": _("Tried in this order"), "service_match": _("Services"), "destination_match": _("Countries"),
            "promise_days": _("Days promised"), "first_check_days": _("First check (days)"), "second_check_days": _("Second check (days)"),
            "lost_after_days": _("Lost after (days)"), "extend_when_days_left": _("Lengthen when days left"), "note_zh": _("Note"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "service_match": _("Kinds as kind:a|b, services as service:A|B, * for all"),
            "destination_match": _("Country codes separated by ; or * for all"),
        }


class DecisionForm(VersionForm):
    """A row of a decision table."""

    conditions = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), label=_("Conditions, all must hold"),
        help_text=_("JSON: input and its value, a list of values, or bounds."),
    )  # fmt: skip
    extend_confirm = forms.ChoiceField(
        label=_("Lengthen the receiving time"),
        choices=[("yes", _("yes")), ("no", _("no")), ("if_deadline_near", _("when its end is near"))],
    )

    class Meta:
        model = DecisionRule
        fields = (
            "priority", "active", "conditions", "advice", "extend_confirm", "next_check_days", "message_template", "evidence_required",
            "note_en", "note_zh", "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "priority": _("Tried in this order"), "active": _("In use"), "advice": _("Advice"), "next_check_days": _("Next check (days)"),
            "message_template": _("Template"), "evidence_required": _("Papers needed"), "note_en": _("Note (English)"),
            "note_zh": _("Note (Chinese)"),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["conditions"] = json.dumps(self.instance.conditions, ensure_ascii=False)

    def clean_conditions(self) -> dict[str, Any]:
        """A JSON object."""
        try:
            found = json.loads(self.cleaned_data["conditions"])
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is not JSON.")) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_('Write an object: {"input": value}.'))
        return found
