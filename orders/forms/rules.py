"""What people enter about sorting rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core.audit import Actor
from core.pickers import countries_field
from inventory.models import Warehouse
from inventory.selectors import warehouses_for
from orders import registry
from orders.choices import FlagColour, OrderType

ANY = [("", _("does not matter")), ("yes", _("yes")), ("no", _("no"))]
#: Yes-or-no inputs of a rule: field of the form = input of the condition.
SWITCHES = ("has_note", "has_wish", "unmatched", "repeat_buyer")


class RuleForm(forms.Form):
    """A sorting rule: conditions that must all hold, and what it sets."""

    name = forms.CharField(max_length=80, label=_("Name"))
    position = forms.IntegerField(
        min_value=0, max_value=100_000, initial=10, label=_("Position"), help_text=_("Lower ones are asked first.")
    )
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    store = forms.ModelChoiceField(
        queryset=Store.objects.none(), required=False, to_field_name="code", label=_("Only for the store")
    )
    country = countries_field(_("Countries"), help_text=_("None chosen: all of them."))
    total_from = forms.DecimalField(
        max_digits=14, decimal_places=4, required=False, min_value=0, label=_("Amount from")
    )
    total_to = forms.DecimalField(max_digits=14, decimal_places=4, required=False, min_value=0, label=_("Amount to"))
    currency = forms.RegexField(r"^[A-Za-z]{3}$", required=False, label=_("Currency"))
    pieces_from = forms.IntegerField(min_value=0, required=False, label=_("Pieces from"))
    pieces_to = forms.IntegerField(min_value=0, required=False, label=_("Pieces to"))
    shipping_method = forms.CharField(max_length=120, required=False, label=_("Service paid for contains"))
    sku = forms.CharField(
        max_length=1000, required=False, label=_("SKUs"), help_text=_("Any of them, with commas between.")
    )
    title = forms.CharField(max_length=120, required=False, label=_("Title contains"))
    has_note = forms.ChoiceField(choices=ANY, required=False, label=_("Has a note"))
    has_wish = forms.ChoiceField(choices=ANY, required=False, label=_("Has a wish"))
    unmatched = forms.ChoiceField(choices=ANY, required=False, label=_("To match"))
    repeat_buyer = forms.ChoiceField(choices=ANY, required=False, label=_("Bought before"))
    set_type = forms.ChoiceField(choices=[("", "—"), *OrderType.choices], required=False, label=_("Set type"))
    set_flag = forms.ChoiceField(choices=[("", "—"), *FlagColour.choices], required=False, label=_("Set flag"))
    set_warehouse = forms.ModelChoiceField(
        queryset=Warehouse.objects.none(), required=False, to_field_name="code", label=_("Set warehouse")
    )
    set_service = forms.ChoiceField(required=False, label=_("Set service"))

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["store"].queryset = stores_for(actor)  # type: ignore[attr-defined]
        self.fields["set_warehouse"].queryset = warehouses_for(actor)  # type: ignore[attr-defined]
        self.fields["set_service"].choices = [("", "—"), *registry.service_choices()]

    def clean_country(self) -> list[str]:
        """The codes."""
        return [code for code in self.cleaned_data["country"].split(";") if code]

    def rule(self) -> dict[str, Any]:
        """The fields of the rule."""
        data = self.cleaned_data
        names = ("name", "position", "active", "store", "set_type", "set_flag", "set_warehouse", "set_service")
        return {**{name: data[name] for name in names}, "conditions": self._conditions(data)}

    @staticmethod
    def _conditions(data: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if data["country"]:
            made["country"] = data["country"]
        for name in ("total", "pieces"):
            span = {"gte": data[f"{name}_from"], "lte": data[f"{name}_to"]}
            span = {how: (str(value) if name == "total" else value) for how, value in span.items() if value is not None}
            if span:
                made[name] = span
        if data["currency"]:
            made["currency"] = data["currency"].upper()
        for name in ("shipping_method", "title"):
            if data[name]:
                made[name] = {"contains": data[name]}
        codes = [part.strip() for part in data["sku"].replace("，", ",").split(",") if part.strip()]
        if codes:
            made["sku"] = codes
        for name in SWITCHES:
            if data[name]:
                made[name] = data[name] == "yes"
        return made

    @staticmethod
    def of(rule: Any) -> dict[str, Any]:
        """What stands in the fields for a rule that exists."""
        c = rule.conditions or {}
        given = {
            "name": rule.name, "position": rule.position, "active": rule.active, "store": rule.store.code if rule.store else None,
            "set_type": rule.set_type, "set_flag": rule.set_flag, "set_service": rule.set_service,
            "set_warehouse": rule.set_warehouse.code if rule.set_warehouse else None,
            "country": ";".join(c.get("country", [])) if isinstance(c.get("country"), list) else c.get("country", ""),
            "currency": c.get("currency", ""), "sku": ", ".join(c.get("sku", [])) if isinstance(c.get("sku"), list) else c.get("sku", ""),
        }  # fmt: skip
        for name in ("total", "pieces"):
            span = c.get(name) if isinstance(c.get(name), dict) else {}
            given[f"{name}_from"], given[f"{name}_to"] = span.get("gte"), span.get("lte")
        for name in ("shipping_method", "title"):
            given[name] = c[name].get("contains", "") if isinstance(c.get(name), dict) else c.get(name, "")
        for name in SWITCHES:
            given[name] = {True: "yes", False: "no"}.get(c.get(name), "")
        return given
