"""An approval rule as managers edit it: one field per question a note can answer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import countries
from logistics.choices import SignatureKind, SupplyRoute
from logistics.forms.naming import OfStore
from logistics.models import ApprovalRule
from logistics.rules.approval import INPUTS
from orders.choices import OrderType

ANY = [("", _("does not matter")), ("yes", _("yes")), ("no", _("no"))]
#: The questions in words.
LABELS = {
    "in_stock": _("All pieces in stock"), "margin_percent": _("Margin in %"), "has_wish": _("Has a wish"),
    "held": _("Order held or to be stopped"), "customs_review": _("Customs to be looked at"),
    "service_needs_look": _("Service differs from the one paid for"), "cost_known": _("Purchase price known"),
    "new_buyer": _("First order of the buyer"), "country": _("Countries"), "value": _("Declared value"), "currency": _("Currency"),
    "service": _("Services"), "store": _("Stores"), "order_type": _("Order type"), "pieces": _("Pieces"),
    "supply": _("Missing goods come from"),
}  # fmt: skip
CHOICES: dict[str, Any] = {"order_type": OrderType.choices, "supply": SupplyRoute.choices}
FLAGS = [name for name, kind in INPUTS.items() if kind == "flag"]
NUMBERS = [name for name, kind in INPUTS.items() if kind == "number"]
WORDS = [name for name, kind in INPUTS.items() if kind == "word" and name != "store"]
SIGNS = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<"}


def in_words(conditions: Mapping[str, Any]) -> str:
    """Conditions as people read them."""
    parts = []
    for name, wanted in conditions.items():
        label = str(LABELS.get(name, name))
        if isinstance(wanted, Mapping):
            parts += [f"{label} {SIGNS.get(sign, sign)} {bound}" for sign, bound in wanted.items()]
        elif isinstance(wanted, bool):
            parts.append(f"{label}: {gettext('yes') if wanted else gettext('no')}")
        else:
            values = wanted if isinstance(wanted, list) else [wanted]
            named = dict(CHOICES.get(name, ()))
            parts.append(f"{label}: {' / '.join(str(named.get(value, value)) for value in values)}")
    return " · ".join(parts)


class ApprovalForm(OfStore):
    """An approval rule. Bounds that have no field of their own (more than, less than) are kept as they are."""

    kinds = forms.MultipleChoiceField(
        choices=SignatureKind.choices, widget=forms.CheckboxSelectMultiple, label=_("Gives the signatures")
    )

    class Meta:
        model = ApprovalRule
        fields = ("name", "name_zh", "position", "store", "active", "kinds")
        labels: ClassVar[dict[str, Any]] = {
            "name": _("Name"), "name_zh": _("Name (Chinese)"), "active": _("In use"), "position": _("Position"),
            "store": _("Only this store"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"position": _("Lower ones are asked first.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].empty_label = _("All stores")  # type: ignore[attr-defined]
        for name in FLAGS:
            self.fields[name] = forms.ChoiceField(choices=ANY, required=False, label=LABELS[name])
        for name in NUMBERS:
            for end, words in (("from", _("%(what)s from")), ("to", _("%(what)s to"))):
                label = words % {"what": LABELS[name]}
                self.fields[f"{name}_{end}"] = forms.DecimalField(
                    max_digits=14, decimal_places=4, required=False, label=label
                )
        for name in WORDS:
            self.fields[name] = self._words(name)
        self.kept: dict[str, Any] = {}
        for name, wanted in (self.instance.conditions or {}).items():
            self._show(name, wanted)

    @staticmethod
    def _words(name: str) -> forms.Field:
        if name in CHOICES:
            return forms.MultipleChoiceField(
                choices=CHOICES[name], required=False, label=LABELS[name], widget=forms.CheckboxSelectMultiple
            )
        hint = (
            _("Names or codes, with commas between.") if name == "country" else _("Any of them, with commas between.")
        )
        return forms.CharField(max_length=300, required=False, label=LABELS[name], help_text=hint)

    def _show(self, name: str, wanted: Any) -> None:
        """Put a condition into its field, or keep it."""
        if name in FLAGS and isinstance(wanted, bool):
            self.initial[name] = "yes" if wanted else "no"
        elif name in NUMBERS and isinstance(wanted, Mapping) and set(wanted) <= {"gte", "lte"}:
            self.initial.update({f"{name}_from": wanted.get("gte"), f"{name}_to": wanted.get("lte")})
        elif name in WORDS and not isinstance(wanted, Mapping):
            values = [str(value) for value in wanted] if isinstance(wanted, list) else [str(wanted)]
            self.initial[name] = values if name in CHOICES else ", ".join(values)
        else:
            self.kept[name] = wanted

    def groups(self) -> list[dict[str, Any]]:
        """The fields as they stand on the page."""
        numbers = [f"{name}_{end}" for name in NUMBERS for end in ("from", "to")]
        hint = gettext("All that are given must hold. A fact that is not known leaves the note to people.")
        if self.kept:
            hint += " " + gettext("Kept as it is: %(conditions)s") % {"conditions": in_words(self.kept)}
        return [
            {"title": gettext("Rule"), "fields": [self[name] for name in self.Meta.fields]},
            {"title": gettext("Conditions"), "hint": hint, "fields": [self[name] for name in FLAGS]},
            {"title": gettext("Amounts"), "fields": [self[name] for name in numbers]},
            {"title": gettext("Where to and what"), "fields": [self[name] for name in WORDS]},
        ]

    def clean(self) -> dict[str, Any]:
        """Gather the conditions; one at least, since a rule without any would fit nothing."""
        data: dict[str, Any] = super().clean() or {}
        made = dict(self.kept)
        made |= {name: data[name] == "yes" for name in FLAGS if data.get(name)}
        for name in NUMBERS:
            low, high = data.get(f"{name}_from"), data.get(f"{name}_to")
            if low is not None and high is not None and low > high:
                self.add_error(f"{name}_to", _("This is less than the lower bound."))
            bounds = {"gte": _plain(low), "lte": _plain(high)}
            if given := {sign: bound for sign, bound in bounds.items() if bound is not None}:
                made[name] = given
        made |= {name: given for name in WORDS if (given := self._given(name, data.get(name) or []))}
        if not made and not self.errors:
            raise forms.ValidationError(_("At least one condition is needed."))
        rule = {name: data.get(name) for name in self.Meta.fields}
        return {**rule, "conditions": made}

    def _given(self, name: str, value: Any) -> list[str]:
        if isinstance(value, list):
            return value
        parts = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        if name != "country":
            return [part.upper() if name == "currency" else part for part in parts]
        codes = [(part, countries.find(part)) for part in parts]
        for part in (part for part, code in codes if code is None):
            self.add_error("country", _("“%(value)s” is not a country.") % {"value": part})
        return [code for _part, code in codes if code]


def _plain(value: Decimal | None) -> int | str | None:
    """A bound as it is stored: a whole number, else its text."""
    if value is None:
        return None
    return int(value) if value == int(value) else format(value.normalize(), "f")
