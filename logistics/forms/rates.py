"""The tables of prices as staff edit them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from core.countries import by_code
from core.pickers import CodesField, CountryField, countries_field, read_country
from logistics.forms.naming import OfStore, ServiceField, offered_services
from logistics.models import ChoiceRule, RateRow, RateTable, Service, ServiceDestination, ServiceTerms, Surcharge
from logistics.selectors import quotes as selectors
from logistics.selectors.customs.classes import class_choices, class_names

DAY: dict[str, Any] = {"widget": forms.DateInput(attrs={"type": "date"})}
ANSWERS = [("", _("not known")), ("yes", _("yes")), ("check", _("ask the carrier")), ("no", _("no"))]


class DatedForm(forms.ModelForm):
    """A row whose change may be a version from another day on; a new one needs its service."""

    service = ServiceField(queryset=Service.objects.all(), label=_("Service"))
    valid_from = forms.DateField(
        label=_("Valid from"), help_text=_("Another day makes a new version; the past keeps its own."), **DAY
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["service"].disabled = True
        else:
            self.initial["valid_from"] = utcnow().date().isoformat()

    def validate_unique(self) -> None:
        """Said by the service, in words."""


class TermsForm(DatedForm):
    """How a service weighs, steps and limits."""

    class Meta:
        model = ServiceTerms
        fields = (
            "service", "valid_from", "volumetric", "divisor", "volumetric_side_cm", "volumetric_ratio", "volumetric_groups", "rounding_g",
            "min_charge_g", "bulk_from_g", "max_side_cm", "max_sum_cm", "max_girth_cm", "min_size_cm", "fuel",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "volumetric": _("Size counts as weight"), "divisor": _("Divisor (cm³ per kg)"),
            "volumetric_side_cm": _("From a side of (cm)"),
            "volumetric_ratio": _("From this multiple of the weight"), "volumetric_groups": _("In these groups"),
            "rounding_g": _("Rounded up to (g)"),
            "min_charge_g": _("Least weight charged (g)"), "bulk_from_g": _("Whole kilograms from (g)"),
            "max_side_cm": _("Longest side (cm)"),
            "max_sum_cm": _("Length + width + height (cm)"), "max_girth_cm": _("Length + girth (cm)"),
            "min_size_cm": _("Smallest size (cm)"),
            "fuel": _("Fuel is charged"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "divisor": "",
            "volumetric_groups": _("Groups of the price list, separated by ;"),
            "min_size_cm": _("For example 14x11"),
            "fuel": _("A percentage for fuel belongs to every price."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = [
            code for code, action in selectors.goods_actions().items() if action in ("carrier_check", "block_postal")
        ]
        names = class_names()
        for code in self.classes:
            self.fields[f"goods_{code}"] = forms.ChoiceField(
                choices=ANSWERS, required=False, label=_("Takes %(goods)s") % {"goods": names[code]}
            )
            self.initial[f"goods_{code}"] = (self.instance.accepts or {}).get(code, "")

    def clean_min_size_cm(self) -> str:
        """14x11."""
        text = str(self.cleaned_data["min_size_cm"]).lower().replace(" ", "").replace("×", "x")
        if text and not re.fullmatch(r"\d{1,3}(\.\d)?(x\d{1,3}(\.\d)?){1,2}", text):
            raise forms.ValidationError(_("Write it like 14x11."))
        return text

    def clean(self) -> dict[str, Any]:
        """What the kind of rule needs; the answers about goods as one value."""
        data = super().clean() or {}
        needs = {"max_if_side_ge": "volumetric_side_cm", "max_if_side_gt": "volumetric_side_cm", "max_if_ratio_ge": "volumetric_ratio",
                 "max_for_big_groups": "volumetric_groups"}  # fmt: skip
        kind = data.get("volumetric")
        if kind and kind != "none" and not data.get("divisor"):
            self.add_error("divisor", _("This rule needs a divisor."))
        if kind in needs and not data.get(needs[kind]):
            self.add_error(needs[kind], _("This rule needs a figure here."))
        kept = {code: answer for code, answer in (self.instance.accepts or {}).items() if code not in self.classes}
        data["accepts"] = {
            **kept,
            **{code: data.pop(f"goods_{code}", "") for code in self.classes if data.get(f"goods_{code}")},
        }
        for code in self.classes:
            data.pop(f"goods_{code}", None)
        return data


class PlaceForm(DatedForm):
    """What a service knows of one country."""

    country = CountryField(label=_("Country"))

    class Meta:
        model = ServiceDestination
        fields = (
            "service",
            "country",
            "valid_from",
            "zone",
            "max_weight_g",
            "max_side_cm",
            "max_sum_cm",
            "max_girth_cm",
            "note",
            "note_zh",
        )
        labels: ClassVar[dict[str, Any]] = {
            "zone": _("Zone"), "max_weight_g": _("Heaviest (g)"), "max_side_cm": _("Longest side (cm)"),
            "max_sum_cm": _("Length + width + height (cm)"), "max_girth_cm": _("Length + girth (cm)"), "note": _("Note (English)"),
            "note_zh": _("Note (Chinese)"),
        }  # fmt: skip


class SurchargeForm(forms.ModelForm):
    """A discount, fuel or a surcharge."""

    countries = countries_field(_("Only these countries"), help_text=_("None chosen: everywhere."))

    class Meta:
        model = Surcharge
        field_classes: ClassVar[dict[str, Any]] = {"service": ServiceField}
        fields = (
            "service", "kind", "percent", "amount", "per_kg", "minimum", "currency", "countries", "postcodes", "over_side_cm",
            "over_weight_g", "with_fuel", "valid_from", "valid_to", "note",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "valid_from": forms.DateInput(attrs={"type": "date"}), "valid_to": forms.DateInput(attrs={"type": "date"}),
            "postcodes": forms.Textarea(attrs={"rows": 3}),
        }  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "service": _("Service"), "kind": _("Kind"), "percent": _("Per cent of the freight"), "amount": _("Amount"),
            "per_kg": _("Amount per kg"),
            "minimum": _("At least"), "currency": _("Currency"),
            "postcodes": _("Remote postcodes begin with"),
            "over_side_cm": _("When a side is over (cm)"), "over_weight_g": _("When it weighs over (g)"),
            "with_fuel": _("Fuel is charged on it too"),
            "valid_from": _("Valid from"), "valid_to": _("To"), "note": _("Note"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "postcodes": _("Separated by ;"),
        }

    def clean(self) -> dict[str, Any]:
        """Something is said, amounts have a currency, a remote fee its postcodes, an oversize fee its bound."""
        data = super().clean() or {}
        amounts = any(data.get(name) is not None for name in ("amount", "per_kg"))
        if not amounts and data.get("percent") is None:
            self.add_error("percent", _("Say a percentage or an amount."))
        if amounts and len(data.get("currency") or "") != 3:
            self.add_error("currency", _("An amount needs its currency."))
        if data.get("kind") in ("fuel", "discount") and amounts:
            self.add_error("amount", _("Fuel and discounts are percentages of the freight."))
        if data.get("kind") == "remote" and not data.get("postcodes"):
            self.add_error("postcodes", _("Say which postcodes are remote."))
        if data.get("kind") == "oversize" and not (data.get("over_side_cm") or data.get("over_weight_g")):
            self.add_error("over_side_cm", _("Say from which size or weight on."))
        if data.get("valid_to") and data.get("valid_from") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", _("It ends before it begins."))
        return data


class ChoiceForm(OfStore):
    """A choosing rule."""

    countries = countries_field(_("Only these countries"), help_text=_("None chosen: all of them."))
    goods_classes = CodesField(
        choices=class_choices, label=_("Only these goods classes"), help_text=_("None chosen: all of them."), max_length=200,
        unknown=_("There is no goods class “%(value)s”."),
    )  # fmt: skip
    services = CodesField(
        choices=offered_services, label=_("Among these services"), empty="*", max_length=300,
        help_text=_("In the order wanted; families mean each service of theirs. None chosen: every service."),
        unknown=_("There is no carrier service “%(value)s”."),
    )  # fmt: skip

    class Meta:
        model = ChoiceRule
        fields = (
            "name", "name_zh", "position", "active", "store", "countries", "goods_classes", "services", "strategy", "keep_promise",
            "tracked_only",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "name": _("Name"), "name_zh": _("Name (Chinese)"), "position": _("Tried in this order"), "active": _("In use"),
            "store": _("Only this store"), "strategy": _("Takes"), "keep_promise": _("Only what keeps the days promised"),
            "tracked_only": _("Only what is tracked"),
        }  # fmt: skip


class TableForm(forms.ModelForm):
    """The head of a rate table."""

    class Meta:
        model = RateTable
        field_classes: ClassVar[dict[str, Any]] = {"service": ServiceField}
        fields = ("service", "name", "currency", "valid_from", "valid_to", "level", "source", "active")
        widgets: ClassVar[dict[str, Any]] = {
            "valid_from": forms.DateInput(attrs={"type": "date"}), "valid_to": forms.DateInput(attrs={"type": "date"}),
        }  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "service": _("Service"), "name": _("Name of the list"), "currency": _("Currency"), "valid_from": _("Valid from"),
            "valid_to": _("Valid to"), "level": _("Price level of our contract"), "source": _("Source"), "active": _("In use"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "level": _("As the list names it; empty: the cheapest that fits"),
            "source": _("The file or page the prices come from"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # what the list is stays; another day is another version
            for name in ("service", "name", "currency", "valid_from"):
                self.fields[name].disabled = True

    def clean_currency(self) -> str:
        """Three capitals."""
        code = str(self.cleaned_data["currency"]).strip().upper()
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise forms.ValidationError(_("Three letters, e.g. CNY."))
        return code

    def validate_unique(self) -> None:
        """Said by the service, in words."""


class VersionForm(forms.Form):
    """A new version of a list."""

    valid_from = forms.DateField(label=_("Valid from"), **DAY)
    percent = forms.DecimalField(
        label=_("Prices changed by (%)"),
        initial=0,
        max_digits=6,
        decimal_places=2,
        help_text=_("0 copies them; edit them afterwards or import a file."),
    )


class RateForm(forms.ModelForm):
    """One row of the grid."""

    class Meta:
        model = RateRow
        fields = (
            "destination", "variant", "cargo", "from_g", "to_g", "item_fee", "per_kg", "first_weight_g", "first_fee", "step_g",
            "step_fee",
            "min_value", "max_value", "value_currency", "days_min", "days_max",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "destination": _("Destination"), "variant": _("Group"), "cargo": _("Goods"), "from_g": _("Above (g)"), "to_g": _("Up to (g)"),
            "item_fee": _("Item fee"), "per_kg": _("Price per kg"), "first_weight_g": _("First weight (g)"),
            "first_fee": _("Price of the first weight"), "step_g": _("Step (g)"), "step_fee": _("Price of a step"),
            "min_value": _("Goods worth from"), "max_value": _("Goods worth to"), "value_currency": _("Currency of the worth"),
            "days_min": _("Days from"), "days_max": _("Days to"),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "cargo" else "form-control"
            field.widget.attrs["aria-label"] = field.label
            if isinstance(field, forms.DecimalField):  # as people write it: 74, not 74.0000
                field.widget = forms.TextInput(attrs={**field.widget.attrs, "inputmode": "decimal"})
                value = self.initial.get(name)
                if isinstance(value, Decimal):
                    self.initial[name] = f"{value.normalize():f}"
        for name in ("item_fee", "per_kg"):
            self.fields[name].required = False

    def clean_destination(self) -> str:
        """A country, a zone, or everywhere."""
        text = str(self.cleaned_data["destination"]).strip()
        if text == "*" or text.startswith("zone:"):
            return text
        code = read_country(text)
        if code not in by_code():
            raise forms.ValidationError(_("There is no such country: %(value)s") % {"value": text[:20]})
        return code

    def clean(self) -> dict[str, Any]:
        """A band that is one, a price, a currency beside a worth."""
        data = super().clean() or {}
        if data.get("to_g") is not None and data.get("from_g") is not None and data["to_g"] <= data["from_g"]:
            self.add_error("to_g", _("The end lies before the beginning."))
        for name in ("item_fee", "per_kg", "first_fee", "step_fee"):
            if data.get(name) is not None and data[name] < 0:
                self.add_error(name, _("Not below zero."))
        if data.get("step_fee") is not None and not data.get("step_g"):
            self.add_error("step_g", _("A step needs its weight."))
        if (data.get("min_value") or data.get("max_value")) and len(data.get("value_currency") or "") != 3:
            self.add_error("value_currency", _("A worth needs its currency."))
        if not any(data.get(name) for name in ("item_fee", "per_kg", "first_fee")) and not self.errors:
            self.add_error("per_kg", _("The row has no price."))
        data["item_fee"] = data.get("item_fee") or Decimal(0)
        data["per_kg"] = data.get("per_kg") or Decimal(0)
        return data

    def validate_unique(self) -> None:
        """Said by the service, in words."""

    def validate_constraints(self) -> None:
        """Held by the database and said by the service."""
