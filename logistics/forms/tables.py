"""The table of promises as staff edit it; what versions have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from core.pickers import countries_field
from logistics.choices import ServiceKind
from logistics.models import PromiseRule, Service
from logistics.selectors.naming import service_name


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

    def _get_validation_exclusions(self) -> set[str]:
        """The day makes no row unique here: a version of the same day is the one that is changed."""
        return {*super()._get_validation_exclusions(), "valid_from"}  # type: ignore[misc]


class PromiseForm(VersionForm):
    """Days promised and days of the checks. The services are ticked by name, as kinds or one by one; nothing ticked means all."""

    field_order: ClassVar[list[str] | None] = ["priority", "valid_from", "kinds", "services", "destination_match"]
    kinds = forms.MultipleChoiceField(
        choices=ServiceKind.choices, required=False, widget=forms.CheckboxSelectMultiple, label=_("Kinds of services"),
        help_text=_("Nothing ticked here or below: all services."),
    )  # fmt: skip
    services = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Or single services")
    )

    destination_match = countries_field(_("Countries"), empty="*", help_text=_("None chosen: everywhere."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what, _colon, names = self.instance.service_match.partition(":")
        ticked = [name for name in names.split("|") if name]
        known = {row.code: service_name(row) for row in Service.objects.order_by("code")}
        known |= {code: code for code in ticked if what == "service" and code not in known}
        self.fields["services"].choices = sorted(known.items(), key=lambda pair: pair[1])
        self.initial = {**self.initial, "kinds": ticked if what == "kind" else [], "services": ticked if what == "service" else []}

    def clean(self) -> dict[str, Any]:
        """What was ticked, as the table keeps it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        kinds, services = data.pop("kinds", []), data.pop("services", [])
        if kinds and services:
            self.add_error("services", _("Tick kinds or single services, not both."))
        what = "kind" if kinds else "service"
        data["service_match"] = f"{what}:{'|'.join(kinds or services)}" if kinds or services else "*"
        return data

    class Meta:
        model = PromiseRule
        fields = (
            "priority", "destination_match", "promise_days", "first_check_days", "second_check_days",
            "lost_after_days", "extend_when_days_left", "note", "note_zh",
            "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "priority": _("Tried in this order"),
            "promise_days": _("Days promised"), "first_check_days": _("First check (days)"), "second_check_days": _("Second check (days)"),
            "lost_after_days": _("Lost after (days)"), "extend_when_days_left": _("Lengthen when days left"), "note": _("Note (English)"),
            "note_zh": _("Note (Chinese)"),
        }  # fmt: skip
