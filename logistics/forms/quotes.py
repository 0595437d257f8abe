"""What may be asked of prices, and chosen from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pickers import CountryField
from logistics.forms.naming import ServiceField
from logistics.models import Service
from logistics.selectors import quotes as selectors
from logistics.selectors.customs.classes import class_names

_SIDE: dict[str, Any] = {
    "min_value": Decimal("0.1"),
    "max_value": Decimal(400),
    "max_digits": 6,
    "decimal_places": 1,
    "required": False,
}


class SizedForm(forms.Form):
    """A packed size: three sides or none."""

    length = forms.DecimalField(label=_("Length (cm)"), **_SIDE)
    width = forms.DecimalField(label=_("Width (cm)"), **_SIDE)
    height = forms.DecimalField(label=_("Height (cm)"), **_SIDE)

    def clean(self) -> dict[str, Any]:
        """Three or none."""
        data = super().clean() or {}
        sides = [data.get(name) for name in ("length", "width", "height")]
        if any(sides) and not all(sides) and not self.errors:
            self.add_error("length", _("Three sides, or none."))
        data["sides"] = tuple(side for side in sides if side) if all(sides) else ()
        return data


class ChooseForm(SizedForm):
    """A service, with the packed size where it is known."""

    service = ServiceField(queryset=Service.objects.filter(active=True), to_field_name="code", label=_("Service"))
    reason = forms.CharField(max_length=300, required=False, label=_("Why"))
    field_order = ("service", "length", "width", "height", "reason")


class PriceForm(SizedForm):
    """A parcel described by hand."""

    country = CountryField(label=_("Country"))
    weight_g = forms.IntegerField(min_value=1, max_value=1_000_000, label=_("Weight (g)"))
    value = forms.DecimalField(
        min_value=0, max_digits=12, decimal_places=2, required=False, label=_("Value of the goods")
    )
    currency = forms.CharField(max_length=3, required=False, label=_("Currency"))
    goods = forms.MultipleChoiceField(
        choices=(), required=False, label=_("Goods classes"), widget=forms.SelectMultiple(attrs={"data-codes": ""})
    )
    postcode = forms.CharField(max_length=20, required=False, label=_("Postcode"))
    method = forms.CharField(max_length=120, required=False, label=_("Service the buyer paid for"))
    duties_paid = forms.BooleanField(required=False, label=_("We pay the duties"))
    field_order = (
        "country",
        "weight_g",
        "length",
        "width",
        "height",
        "value",
        "currency",
        "postcode",
        "method",
        "goods",
        "duties_paid",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, names = selectors.goods_actions(), class_names()
        self.fields["goods"].choices = [(code, names.get(code, code)) for code in known]  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        """Capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def asked(self) -> selectors.Asked:
        """The parcel that is asked about."""
        data = self.cleaned_data
        return selectors.Asked(
            data["country"], data["weight_g"], data["sides"], frozenset(data["goods"]),
            data["value"] if data["currency"] else None, data["currency"], data["postcode"], data["duties_paid"], data["method"],
        )  # fmt: skip
