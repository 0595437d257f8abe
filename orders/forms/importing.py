"""What is asked while a file comes in: the file, how it is read, which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core import clock
from core import format as f
from core.audit import Actor
from core.countries import by_code
from orders import registry
from orders.choices import ImportKind
from orders.models import ImportFile
from orders.reading.fields import fields_of
from orders.reading.plan import Plan
from orders.reading.sniffing import ENCODINGS
from orders.selectors import imports as selectors

#: What our fields are called for people.
LABELS: dict[str, Any] = {
    "order_no": _("Order number"), "placed_at": _("Placed"), "paid_at": _("Paid"), "status": _("Status"), "currency": _("Currency"),
    "buyer_name": _("Buyer's name"), "buyer_email": _("Buyer's e-mail"), "buyer_id": _("Buyer's id"), "recipient_name": _("Recipient"),
    "phone": _("Phone"), "address1": _("Address line 1"), "address2": _("Address line 2"),
    "city": _("City"), "state": _("State or province"),
    "postcode": _("Postcode"), "country": _("Country"), "buyer_note": _("Buyer's note"), "sku": _("SKU"), "title": _("Title"),
    "attributes": _("Variant"), "quantity": _("Quantity"), "unit_price": _("Unit price"), "line_discount": _("Line discount"),
    "line_note": _("Line note"), "image_url": _("Picture"), "shipping_fee": _("Freight"), "order_discount": _("Discount"),
    "shipping_method": _("Service paid for"), "tracking_no": _("Waybill number"), "carrier_service": _("Carrier service"),
    "shipped_at": _("Shipped"), "delivered_at": _("Delivered"), "completed_at": _("Completed"), "cancelled_at": _("Cancelled"),
    "ship_by": _("Latest dispatch"), "updated_at": _("Changed"), "code": _("Code"), "name_en": _("English name"),
    "name_zh": _("Chinese name"), "variant": _("Variant"), "barcode": _("Barcode"), "weight_g": _("Weight (g)"), "cost": _("Cost"),
    "cost_currency": _("Currency of the cost"), "customs_text": _("Customs text"), "hs_code": _("HS code"), "origin": _("Origin"),
    "material": _("Material"), "goods_class": _("Goods class"), "fragile": _("Fragile"), "made_in_house": _("Made in house"),
    "bin": _("Bin"), "warehouse": _("Warehouse"), "channel_sku": _("Channel SKU"),
    "list_name": _("Name of the list"), "service_code": _("Service (code)"), "zone": _("Zone"),
    "cargo": _("Class of goods"),
    "band": _("Weight band"), "band_unit": _("Unit of the band"), "from_g": _("Above (g)"), "to_g": _("Up to (g)"),
    "from_kg": _("Above (kg)"), "to_kg": _("Up to (kg)"), "item_fee": _("Item fee"), "per_kg": _("Price per kg"),
    "per_100g": _("Price per 100 g"), "per_gram": _("Price per gram"), "first_weight_g": _("First weight (g)"),
    "first_weight_kg": _("First weight (kg)"), "first_fee": _("Price of the first weight"), "step_g": _("Step (g)"),
    "step_kg": _("Step (kg)"), "step_fee": _("Price of a step"), "min_charge_g": _("Least weight charged (g)"),
    "min_value": _("Goods worth from"), "max_value": _("Goods worth to"), "value_currency": _("Currency of the worth"),
    "days": _("Days (5-10)"), "valid_from": _("Valid from"), "valid_to": _("Valid to"), "level": _("Price level of our contract"),
    "note": _("Note"), "source": _("Source"), "columns": _("Columns named like countries or zones hold"),
}  # fmt: skip
DATES = [("ymd", _("2026-11-21 (year first)")), ("dmy", _("21/11/2026 (day first)")), ("mdy", _("11/21/2026 (month first)")),
         ("month", _("21 Nov 2026 (month in words)"))]  # fmt: skip
DECIMALS = [(".", _("1,234.50 (point)")), (",", _("1.234,50 (comma)"))]
SEPARATORS = [(",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", _("Bar"))]
OPERATORS = [
    ("", ""), ("starts_with", _("starts with")), ("not_starts_with", _("does not start with")), ("equals", _("is")),
    ("not_equals", _("is not")), ("contains", _("contains")), ("in", _("is one of (a; b)")), ("empty", _("is empty")),
    ("not_empty", _("is not empty")), ("lt", _("is less than")), ("lte", _("is at most")),
    ("gt", _("is more than")), ("gte", _("is at least")),
]  # fmt: skip
FILTERS = 4
#: Fields that make sense as one value for the whole file.
FIXED = {"orders": ("currency", "status", "country", "shipping_method"), "products": ("cost_currency", "origin", "goods_class"),
         "stock": ("warehouse",), "matches": ("quantity",),
         "rates": ("list_name", "service_code", "currency", "valid_from", "valid_to", "country", "variant", "cargo", "level", "band_unit",
                   "columns", "item_fee", "first_weight_g", "step_g", "source")}  # fmt: skip
#: Fields of which only some values make sense, and the words for them where the value is none.
FIXED_CHOICES: dict[str, dict[str, Any]] = {
    "status": {"unpaid": _("Unpaid"), "paid": _("Paid"), "shipped": _("Shipped"), "delivered": _("Delivered"),
               "completed": _("Completed"), "cancelled": _("Cancelled")},
    "band_unit": {"g": "g", "kg": "kg"},
    "cargo": {"general": pgettext_lazy("cargo", "General goods"), "special": pgettext_lazy("cargo", "Special goods"),
              "battery_ok": pgettext_lazy("cargo", "General goods and batteries")},
    "columns": {name: LABELS[name] for name in ("per_kg", "per_100g", "per_gram", "item_fee", "first_fee", "step_fee")},
}  # fmt: skip


def fixed_choices(name: str) -> list[tuple[str, Any]]:
    """What may be chosen for a field that is the same for the whole file; empty: free text."""
    if name == "service_code":
        return [("", "—"), *registry.service_choices()]
    return [("", "—"), *FIXED_CHOICES[name].items()] if name in FIXED_CHOICES else []


REJECT = "-"


class UploadForm(forms.Form):
    """A file, and whose it is."""

    file = forms.FileField(label=_("File"), error_messages={"required": _("Choose a file first.")})
    store = forms.ModelChoiceField(queryset=None, to_field_name="code", label=_("Store"))
    profile = forms.ChoiceField(required=False, label=_("Read it as"))

    def __init__(self, *args: Any, actor: Actor, kind: str, **more: Any):
        super().__init__(*args, **more)
        stores = stores_for(actor)
        self.fields["store"].queryset = stores  # type: ignore[attr-defined]
        if len(stores[:2]) == 1:  # nothing to choose
            self.fields["store"].empty_label = None  # type: ignore[attr-defined]
        if kind in (ImportKind.PRODUCTS, ImportKind.STOCK, ImportKind.RATES):
            del self.fields["store"]
        names = [("", _("Find out from the headings"))]
        if kind == ImportKind.ORDERS:
            names += [("generic", _("Order table of Sampan")), ("aliexpress", _("AliExpress seller-centre export"))]
        names += [(p.name, p.name) for p in selectors.profiles_for(actor) if p.options.get("kind", "orders") == kind]
        self.fields["profile"].choices = names  # type: ignore[attr-defined]


class ReadForm(forms.Form):
    """How a file is read."""

    encoding = forms.ChoiceField(choices=[(e, e.upper()) for e in ENCODINGS], required=False, label=_("Encoding"))
    separator = forms.ChoiceField(choices=SEPARATORS, required=False, label=_("Separator"))
    sheet = forms.ChoiceField(required=False, label=_("Sheet"))
    date_format = forms.ChoiceField(required=False, label=_("Dates"))
    decimal = forms.ChoiceField(required=False, label=_("Amounts"))
    zone = forms.CharField(max_length=60, required=False, label=_("Time zone"), help_text=_("Of times without one"))

    def __init__(self, *args: Any, upload: ImportFile, **more: Any):
        plan, seen = Plan.from_json(upload.plan), upload.seen
        options = plan.options
        initial = {name: options.get(name) or seen.get(name, "") for name in ("encoding", "separator", "sheet")}
        initial |= {name: options.get(name, "") for name in ("date_format", "decimal")}
        initial["zone"] = options.get("zone") or (
            "America/Los_Angeles" if plan.base == "aliexpress" else upload.store.time_zone if upload.store else ""
        )
        super().__init__(*args, initial=initial, **more)
        asked = seen.get("questions", {})
        self._offer("date_format", DATES, asked.get("date_shapes", []), bool(options.get("date_format")))
        self._offer("decimal", DECIMALS, asked.get("decimal_marks", []), bool(options.get("decimal")))
        if seen.get("format", "").startswith("csv"):
            del self.fields["sheet"]
            known = {e for e, _label in self.fields["encoding"].choices}  # type: ignore[attr-defined]
            if initial["encoding"] not in known:
                self.fields["encoding"].choices = [  # type: ignore[attr-defined]
                    (initial["encoding"], str(initial["encoding"]).upper()), *self.fields["encoding"].choices  # type: ignore[attr-defined]
                ]  # fmt: skip
        else:
            del self.fields["encoding"], self.fields["separator"]
            self.fields["sheet"].choices = [(s, s) for s in seen.get("sheets", [])]  # type: ignore[attr-defined]
        if upload.kind != ImportKind.ORDERS:
            for name in ("date_format", "zone"):
                del self.fields[name]
        elif plan.base == "aliexpress":
            del self.fields["date_format"], self.fields["decimal"]

    def _offer(self, name: str, known: list[tuple[str, Any]], fitting: list[str], decided: bool) -> None:
        """Those that fit the file first; an empty choice while somebody must say."""
        field = self.fields[name]
        ordered = sorted(known, key=lambda pair: pair[0] not in fitting)
        field.choices = ordered if decided else [("", _("Please say")), *ordered]  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        """A zone that exists."""
        name = str(self.cleaned_data["zone"]).strip()
        if name:
            try:
                clock.zone(name)
            except ValueError:
                raise forms.ValidationError(_("Unknown time zone.")) from None
        return name


def column_choices(kind: str) -> list[tuple[str, Any]]:
    """What a column may mean."""
    needed = _("needed")
    fields = fields_of(kind).values()
    return [
        ("", _("not used")),
        *((x.name, f"{LABELS[x.name]} ({needed})" if x.required else LABELS[x.name]) for x in fields),
    ]


def countries() -> list[tuple[str, str]]:
    """Every country by name, for values that mean none by themselves."""
    return sorted(((code, f.country_name(code)) for code in by_code()), key=lambda pair: pair[1])


def plan_from_post(data: Mapping[str, Any], upload: ImportFile, read: dict[str, Any]) -> Plan:
    """The plan that the mapping page says: columns, fixed values, value maps, filters, and how the file is read."""
    held = Plan.from_json(upload.plan)
    headings = list(upload.seen.get("headings", []))
    fields = fields_of(upload.kind)
    mapping: dict[str, Any] = {}
    if held.base == "generic":
        for index, heading in enumerate(headings):
            name = str(data.get(f"col-{index}", ""))
            if name in fields and name not in mapping:
                mapping[name] = heading
        for name in FIXED[upload.kind]:
            value = str(data.get(f"fixed-{name}", "")).strip()[:100]
            if value and name not in mapping:
                mapping[name] = {"fixed": value}
    options = {name: value for name, value in held.options.items() if name not in ("values", "filters")} | read
    values = _values(data, held)
    if values:
        options["values"] = values
    filters = _filters(data, headings)
    if filters:
        options["filters"] = filters
    return Plan(
        held.kind, held.base, mapping, {name: value for name, value in options.items() if value not in ("", None)}
    )


def _values(data: Mapping[str, Any], held: Plan) -> dict[str, dict[str, str]]:
    """Countries that somebody named; "-" is kept as "reject these"."""
    known = {name: dict(pairs) for name, pairs in (held.options.get("values") or {}).items()}
    for number in range(60):
        text, code = data.get(f"value-text-{number}"), data.get(f"value-code-{number}")
        if text and code:
            known.setdefault("country", {})[str(text)] = "" if code == REJECT else str(code)[:2]
    return known


def _filters(data: Mapping[str, Any], headings: list[str]) -> list[dict[str, Any]]:
    found = []
    for number in range(FILTERS):
        column, op = str(data.get(f"filter-column-{number}", "")), str(data.get(f"filter-op-{number}", ""))
        if column in headings and op in dict(OPERATORS) and op:
            found.append({"column": column, "op": op, "value": str(data.get(f"filter-value-{number}", ""))[:200],
                          "reason": str(data.get(f"filter-reason-{number}", ""))[:200],
                          "row_only": bool(data.get(f"filter-row-{number}"))})  # fmt: skip
    return found
