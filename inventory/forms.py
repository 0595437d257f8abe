"""What people enter about stock."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from inventory.models import Warehouse
from inventory.selectors import skus_by_codes, warehouses_for


class CountForm(forms.Form):
    """What was counted, and why it differs."""

    counted = forms.IntegerField(min_value=0, max_value=10_000_000, label=_("Pieces counted"))
    reason = forms.CharField(max_length=200, label=_("Reason"))


class BinForm(forms.Form):
    """Where an article lies."""

    bin = forms.CharField(max_length=30, required=False, label=_("Bin"), help_text=_("Empty: it has no bin."))


class ReorderForm(forms.Form):
    """Below how many pieces the purchaser is told."""

    pieces = forms.IntegerField(min_value=0, max_value=10_000_000, label=_("Reorder point"), help_text=_("0: never."))


class ReceiptForm(forms.Form):
    """Goods that came in; the rows stand in a set of :class:`ReceiptRow`."""

    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), to_field_name="code", label=_("Warehouse"))
    reference = forms.CharField(
        max_length=60, label=_("Delivery note or order number"), help_text=_("The same number is booked once.")
    )
    note = forms.CharField(max_length=200, required=False, label=_("Note"))

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["warehouse"].queryset = warehouses_for(actor).filter(active=True)  # type: ignore[attr-defined]


class ReceiptRow(forms.Form):
    """One article of a receipt."""

    sku = forms.CharField(
        max_length=60,
        label=_("SKU or barcode"),
        widget=forms.TextInput(attrs={"placeholder": _("SKU or barcode"), "class": "mono"}),
    )
    quantity = forms.IntegerField(min_value=1, max_value=10_000_000, label=_("Pieces"))
    bin = forms.CharField(max_length=30, required=False, label=_("Bin"))


class _Rows(forms.BaseFormSet):
    """Rows whose articles are looked up together."""

    def clean(self) -> None:
        """Name the codes that no article has."""
        if any(self.errors):
            return
        found = skus_by_codes([row["sku"] for row in self.cleaned_data if row])
        for form in self.forms:
            row = getattr(form, "cleaned_data", None)
            if row:
                if row["sku"] not in found:
                    form.add_error("sku", _("There is no article with this code."))
                else:
                    row["sku_id"] = found[row["sku"]]


ReceiptRows = forms.formset_factory(
    ReceiptRow, formset=_Rows, extra=5, min_num=1, validate_min=True, max_num=300, validate_max=True
)


class WarehouseForm(forms.Form):
    """A place goods are sent from."""

    code = forms.SlugField(max_length=20, label=_("Code"))
    name = forms.CharField(max_length=100, label=_("Name"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    country = forms.RegexField(r"^[A-Z]{2}$", label=_("Country (two letters)"))
    sender_name = forms.CharField(max_length=100, required=False, label=_("Sender on labels"))
    address = forms.CharField(max_length=300, required=False, label=_("Address"))
    phone = forms.CharField(max_length=60, required=False, label=_("Phone"))
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    is_default = forms.BooleanField(required=False, label=_("Sends what nobody assigned"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["time_zone"].choices = [(name, name) for name in sorted(zoneinfo.available_timezones())]


class ShelfForm(forms.Form):
    """A bin."""

    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), to_field_name="code", label=_("Warehouse"))
    code = forms.CharField(max_length=30, label=_("Code"))
    sort = forms.CharField(max_length=60, required=False, label=_("Walking order"), help_text=_("Empty: by code."))

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["warehouse"].queryset = warehouses_for(actor)  # type: ignore[attr-defined]
