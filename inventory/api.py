"""REST: stock, ledger, warehouses."""

from __future__ import annotations

from rest_framework import serializers

from core.api.fields import Scoped
from core.listing.rest import Resource, Write
from inventory.choices import MovementKind
from inventory.selectors import warehouses_for
from inventory.services import counting, warehouses
from products.selectors import skus_for


class ReceiptInput(serializers.Serializer):
    """Goods of one article that came in. The same reference and SKU is booked once."""

    warehouse = Scoped(warehouses_for, "code")
    sku = Scoped(skus_for, "code")
    quantity = serializers.IntegerField(min_value=1, max_value=10_000_000)
    reference = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField([MovementKind.RECEIPT, MovementKind.RETURN, MovementKind.OPENING], required=False)
    bin = serializers.CharField(max_length=30, required=False, allow_blank=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class WarehouseInput(serializers.Serializer):
    """A warehouse."""

    code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=100)
    time_zone = serializers.CharField(max_length=60, required=False)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False)
    sender_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)
    is_default = serializers.BooleanField(required=False)


class WarehouseChange(WarehouseInput):
    """Other facts of a warehouse."""


class StockResource(Resource):
    """What lies where."""

    listing, tag = "stock", "stock"


class MovementResource(Resource):
    """The ledger; a POST books goods in."""

    listing, tag = "movements", "stock"
    create = Write(ReceiptInput, counting.receive_one, "inventory.receive_stock")


class WarehouseResource(Resource):
    """Warehouses."""

    listing, tag = "warehouses", "stock"
    create = Write(WarehouseInput, warehouses.save_warehouse, "inventory.change_stock")
    update = Write(WarehouseChange, warehouses.change_warehouse, "inventory.change_stock")


RESOURCES = [StockResource, MovementResource, WarehouseResource]
