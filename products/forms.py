"""What may be entered about articles and matches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.pickers import CodesField, CountryField, SuggestInput, keep_known
from products import registry, selectors
from products.models import ChannelItem

_PART = re.compile(r"^(?P<code>.+?)(?:\s*[×*xX]\s*(?P<n>\d{1,5}))?$")


class ComponentsWidget(forms.TextInput):
    """A line of text from a page, or the list of a JSON body."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The list when there is one, else the text."""
        many = data.getlist(name) if hasattr(data, "getlist") else []
        return many if any(isinstance(one, Mapping) for one in many) else data.get(name)


class ComponentsField(forms.Field):
    """Articles a channel SKU stands for: ``AB-12 × 2; CD-1``, or a list of {sku, quantity}. Becomes (SKU id, pieces) pairs."""

    widget = ComponentsWidget

    def to_python(self, value: Any) -> list[tuple[int, int]]:
        """The pairs; names the article that does not exist."""
        wanted = _wanted(value)
        known = selectors.skus_by_code({code for code, _n in wanted})
        for code, _n in wanted:
            if code not in known:
                raise forms.ValidationError(_("There is no article “%(code)s”.") % {"code": code[:60]})
        return [(known[code].pk, quantity) for code, quantity in wanted]


def _wanted(value: Any) -> list[tuple[str, int]]:
    if isinstance(value, list):
        return [_one(part) for part in value]
    found = []
    for part in re.split(r"[;；\n]+", str(value or "")):
        hit = _PART.match(part.strip())
        if hit:
            found.append((hit["code"].strip(), int(hit["n"] or 1)))
    return found


def _one(part: Any) -> tuple[str, int]:
    if not isinstance(part, Mapping) or not isinstance(part.get("sku"), str):
        raise forms.ValidationError(_("Each component has “sku” and “quantity”."))
    quantity = part.get("quantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise forms.ValidationError(_("The number of pieces is from 1 to 10,000."))
    return part["sku"], quantity


class MatchForm(forms.Form):
    """What a channel SKU stands for; the best suggestion stands there already."""

    takes = ("objs",)
    components = ComponentsField(
        label=_("Our articles"),
        help_text=_("Code, times how many: AB-12 × 2. Several, with a semicolon between, make a bundle."),
    )

    def __init__(self, *args: Any, objs: Sequence[ChannelItem] = (), **more: Any):
        super().__init__(*args, **more)
        if len(objs) == 1:
            item = objs[0]
            held = selectors.described([item.pk]).get(item.pk)
            parts = held or selectors.suggestions([item]).get(item.pk, [])[:1]
            self.initial.setdefault("components", "; ".join(f"{p['code']} × {p['quantity']}" for p in parts))


class SkuForm(forms.Form):
    """An article."""

    takes = ("actor",)
    code = forms.CharField(max_length=60, label=_("Code"))
    name_en = forms.CharField(max_length=200, required=False, label=_("English name"))
    name_zh = forms.CharField(max_length=200, required=False, label=_("Chinese name"))
    variant = forms.CharField(
        max_length=200, required=False, label=_("Variant"), help_text=_("Colour, size, as people say it")
    )
    barcode = forms.CharField(
        max_length=60, required=False, label=_("Barcode"), help_text=_("What the scanner reads; empty: the code")
    )
    image_url = forms.URLField(max_length=500, required=False, assume_scheme="https", label=_("Picture"))
    weight_g = forms.DecimalField(
        max_digits=10, decimal_places=2, min_value=0.01, required=False, label=_("Weight (g)"),
    )  # fmt: skip
    cost = forms.DecimalField(max_digits=14, decimal_places=4, min_value=0, required=False, label=_("Cost"))
    cost_currency = forms.RegexField(r"^[A-Z]{3}$", required=False, initial="CNY", label=_("Currency of the cost"))
    customs_text = forms.CharField(
        max_length=200,
        required=False,
        label=_("Customs text"),
        help_text=_("English, at least three words, what it is and of what"),
    )
    hs_code = forms.RegexField(
        r"^\d{4,12}$", required=False, label=_("HS code"), widget=SuggestInput(lambda: registry.tariff_headings()),
        help_text=_("Digits, or a word: known headings are offered while you type."),
    )  # fmt: skip
    origin = CountryField(required=False, initial="CN", label=_("Origin"))
    material = forms.CharField(max_length=100, required=False, label=_("Material"))
    goods_class = CodesField(
        choices=lambda: registry.goods_classes(), label=_("Goods class"), max_length=40, unknown=_("There is no goods class “%(value)s”."),
    )  # fmt: skip
    fragile = forms.BooleanField(required=False, label=_("Fragile"))
    spare_pieces = forms.IntegerField(
        min_value=0, max_value=100, required=False, initial=0, label=_("Spare pieces"),
        help_text=_("Fragile goods: so many go along free of charge …"),
    )  # fmt: skip
    spare_per = forms.IntegerField(
        min_value=1, max_value=10_000, required=False, initial=1, label=_("for every full"),
        help_text=_("… for every full so many pieces ordered"),
    )  # fmt: skip
    made_in_house = forms.BooleanField(required=False, label=_("Made in house"))
    packing = forms.BooleanField(required=False, label=_("Packing material"))

    def __init__(self, *args: Any, actor: Actor | None = None, **more: Any):
        super().__init__(*args, **more)
        if actor is not None and not actor.has_perm("products.view_cost"):
            del self.fields["cost"], self.fields["cost_currency"]
        keep_known(self.fields["goods_class"], self.initial.get("goods_class"))

    def clean(self) -> dict[str, Any]:
        """A cost needs its currency; texts are never missing, only empty."""
        data = super().clean() or {}
        if data.get("cost") is not None and not data.get("cost_currency"):
            self.add_error("cost_currency", _("Say in which currency."))
        data["spare_pieces"], data["spare_per"] = data.get("spare_pieces") or 0, data.get("spare_per") or 1
        if "cost_currency" in data and not data["cost_currency"]:
            data["cost_currency"] = "CNY"
        return data
