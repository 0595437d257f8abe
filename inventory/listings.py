"""Lists of stock, of the ledger, of warehouses and bins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Exact, Listing, Prefix, View, register
from inventory import selectors
from inventory.choices import MovementKind
from inventory.filters import BinFilter, MovementFilter, StockFilter
from inventory.forms import BinForm, CountForm, ReorderForm
from inventory.models import Balance, Bin, Movement, Warehouse
from inventory.services import counting, warehouses

KIND_TONES = {
    MovementKind.USE: "neutral",
    MovementKind.OPENING: "neutral", MovementKind.RECEIPT: "leaf", MovementKind.ISSUE: "indigo", MovementKind.RETURN: "amber",
    MovementKind.COUNT: "sea", MovementKind.SCRAP: "rose",
}  # fmt: skip
KINDS = {k.value: (k.label, KIND_TONES[k]) for k in MovementKind}


class StockRow(serializers.Serializer):
    """One article in one warehouse."""

    id = serializers.CharField()
    sku = serializers.CharField(source="sku.code", label=_("SKU"))
    sku_id = serializers.CharField()
    name_en = serializers.CharField(source="sku.name_en")
    name_zh = serializers.CharField(source="sku.name_zh")
    warehouse = serializers.CharField(source="warehouse.code", label=_("Warehouse"))
    bin = serializers.CharField(source="bin.code", label=_("Bin"), allow_null=True)
    on_hand = serializers.IntegerField(label=_("On hand"))
    reserved = serializers.IntegerField(label=_("Reserved"))
    available = serializers.IntegerField(source="free", label=_("Available"))
    short = serializers.IntegerField(label=_("Short"), help_text="pieces that waiting orders lack")
    reorder_point = serializers.IntegerField(label=_("Reorder point"))


def _article(row: Mapping[str, Any]) -> Any:
    chinese = (get_language() or "").startswith("zh")
    name = (row["name_zh"] if chinese else row["name_en"]) or row["name_en"] or row["name_zh"]
    return f.sku_html(row["sku__image_url"], row["sku"], None, name)


def _available(row: Mapping[str, Any]) -> Any:
    low = row["reorder_point"] and row["available"] <= row["reorder_point"]
    return (
        f.badge_html(f.number(row["available"]), "lantern", gettext("at or below the reorder point"))
        if low
        else f.number(row["available"])
    )


def _short(row: Mapping[str, Any]) -> Any:
    return f.badge_html(f.number(row["short"]), "rose") if row["short"] else f.DASH


class Count(Action):
    """Correct what lies there."""

    name, label, permission = "count", _("Count"), "inventory.count_stock"
    form, icon, bulk, key = CountForm, "clipboard-check", False, "c"

    def apply(self, obj: Balance, actor: Actor, now: datetime, **data: Any) -> str:
        """One article."""
        return counting.count_one(balance=obj, actor=actor, now=now, **data)


class PutIntoBin(Action):
    """Say where it lies."""

    name, label, permission = "set-bin", _("Set bin"), "inventory.count_stock"
    form, icon = BinForm, "map-pin"

    def apply(self, obj: Balance, actor: Actor, now: datetime, **data: Any) -> None:
        """One article."""
        warehouses.put_into_bin(balance=obj, code=data["bin"], actor=actor, now=now)


class SetReorderPoint(Action):
    """Say when the purchaser is told."""

    name, label, permission = "set-reorder-point", _("Set reorder point"), "inventory.change_stock"
    form, icon = ReorderForm, "adjustments"

    def apply(self, obj: Balance, actor: Actor, now: datetime, **data: Any) -> None:
        """One article."""
        warehouses.set_reorder_point(balance=obj, pieces=data["pieces"], actor=actor, now=now)


@register
class StockListing(Listing):
    """What lies where, what is promised, what is missing."""

    name, title, permission = "stock", _("Stock"), "inventory.view_stock"
    model, row, filters = Balance, StockRow, StockFilter
    columns = [
        Column("sku", label=_("Article"), html=_article, link="inventory:detail", sortable="sku__code", text=lambda row: row["sku"],
               needs=("name_en", "name_zh", "sku__image_url")),
        Column("warehouse", mono=True),
        Column("bin", mono=True),
        Column("on_hand"),
        Column("reserved"),
        Column("available", html=_available, align="num", text=lambda row: row["available"], needs=("reorder_point",)),
        Column("short", html=_short, align="num", text=lambda row: row["short"]),
        Column("reorder_point"),
    ]  # fmt: skip
    actions = [Count(), PutIntoBin(), SetReorderPoint()]
    views = [
        View("all", _("All"), default=True), View("short", _("Orders wait"), "short=true"), View("low", _("Running low"), "low=true"),
        View("empty", _("Nothing left"), "empty=true"),
    ]  # fmt: skip
    url, detail_url, default_order = "inventory:list", "inventory:detail", "sku"
    needs = ("sku__image_url", "warehouse_id")
    computed = ("short",)
    search_by = [Prefix("sku__code", upper=False), Prefix("sku__code"), Exact("sku__barcode", upper=False)]
    exact_by = ("sku__code",)
    scan_ok = {
        "low": "compares two columns of a row; articles are some ten thousand", "short": "asks the partial index of short reservations",
        "empty": "compares two columns of a row", "bin": "asks the unique (warehouse, code) of bins, then balances by bin",
    }  # fmt: skip
    icon = "building-warehouse"
    empty = (
        _("Nothing on the shelves yet."),
        _("Book a receipt, or import a count."),
        _("Receive goods"),
        "inventory:receive",
    )

    def queryset(self, actor: Actor) -> QuerySet[Balance]:
        """All balances."""
        return selectors.stock_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """What waiting orders lack. One query."""
        missing = selectors.short_by_place([(row["sku_id"], row["warehouse_id"]) for row in rows]) if rows else {}
        for row in rows:
            row["short"] = missing.get((row["sku_id"], row["warehouse_id"]), 0)

    def label_of(self, obj: Any) -> str:
        """The article's code."""
        return obj.sku.code


class MovementRow(serializers.Serializer):
    """One line of the ledger."""

    id = serializers.CharField()
    at = serializers.DateTimeField(label=_("Time"))
    sku = serializers.CharField(source="sku.code", label=_("SKU"))
    warehouse = serializers.CharField(source="warehouse.code", label=_("Warehouse"))
    kind = serializers.ChoiceField(MovementKind.choices, label=_("Kind"))
    quantity = serializers.IntegerField(label=_("Pieces"))
    reference = serializers.CharField(label=_("Reference"))
    note = serializers.CharField(label=_("Note"))
    actor = serializers.CharField(source="actor_label", label=_("By"))


@register
class MovementListing(Listing):
    """The ledger."""

    name, title, permission = "movements", _("Stock movements"), "inventory.view_stock"
    model, row, filters = Movement, MovementRow, MovementFilter
    columns = [
        Column("at", sortable=True), Column("sku", mono=True), Column("warehouse", mono=True), Column("kind", badge=KINDS),
        Column("quantity", html=lambda row: f"{row['quantity']:+,}", align="num", text=lambda row: row["quantity"]),
        Column("reference", mono=True), Column("note"), Column("actor"),
    ]  # fmt: skip
    views = [View("all", _("All"), default=True)]
    url, default_order = "inventory:movements", "-at"
    search_by = [Prefix("sku__code"), Prefix("sku__code", upper=False)]
    scan_ok = {
        "kind": "walked in order of time",
        "reference": "walked in order of time; a number is looked up with a day",
    }
    icon = "list"
    empty = (
        _("Nothing was booked yet."),
        _("Receipts, counts and shipments write their lines here by themselves."),
        _("Receive goods"),
        "inventory:receive",
    )

    def queryset(self, actor: Actor) -> QuerySet[Movement]:
        """All lines."""
        return selectors.movements_for(actor)


class WarehouseRow(serializers.Serializer):
    """A warehouse."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    name = serializers.CharField(label=_("Name"))
    time_zone = serializers.CharField(label=_("Time zone"))
    country = serializers.CharField(label=_("Country"))
    sender_name = serializers.CharField(label=_("Sender on labels"))
    address = serializers.CharField(label=_("Address"))
    phone = serializers.CharField(label=_("Phone"))
    is_default = serializers.BooleanField(label=_("Default"))
    active = serializers.BooleanField(label=_("In use"))


@register
class WarehouseListing(Listing):
    """The warehouses."""

    name, title, permission = "warehouses", _("Warehouses"), "inventory.view_stock"
    model, row = Warehouse, WarehouseRow
    small = True
    columns = [
        Column("code", mono=True, link="inventory:warehouse", sortable=True), Column("name"), Column("time_zone"),
        Column("country", country=True), Column("is_default"), Column("active"),
    ]  # fmt: skip
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order = "inventory:warehouses", "inventory:warehouse", "code"
    empty = (
        _("No warehouse yet."),
        _("Goods are sent from a warehouse; the first one comes with the installation."),
        _("New warehouse"),
        "inventory:warehouse-new",
    )
    icon = "building-warehouse"

    def queryset(self, actor: Actor) -> QuerySet[Warehouse]:
        """All of them."""
        return selectors.warehouses_for(actor)


class BinRow(serializers.Serializer):
    """A bin."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    warehouse = serializers.CharField(source="warehouse.code", label=_("Warehouse"))
    sort = serializers.CharField(label=_("Walking order"))


@register
class BinListing(Listing):
    """The bins (STK-14)."""

    name, title, permission = "bins", _("Bins"), "inventory.view_stock"
    model, row, filters = Bin, BinRow, BinFilter
    small = True
    columns = [
        Column("code", mono=True, link="inventory:bin", sortable=True),
        Column("warehouse", mono=True),
        Column("sort", sortable=True),
    ]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order = "inventory:bins", "inventory:bin", "code"
    icon = "map-pin"
    empty = (_("No bins yet."), _("Pick lists follow the bins."), _("New bin"), "inventory:bin-new")

    def queryset(self, actor: Actor) -> QuerySet[Bin]:
        """All of them."""
        return selectors.bins_for(actor)


counts.register("stock", selectors.low_count, permission="inventory.change_stock", hot=True)
