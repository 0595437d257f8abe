"""REST: orders and their lines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.selectors import stores_for
from core.api.fields import Scoped
from core.audit import Actor
from core.listing.rest import Resource, Write
from inventory.selectors import warehouses_for
from orders.choices import ImportKind
from orders.services import editing, entry
from orders.services.importing import uploads

ADDRESS = ("recipient", "phone", "line1", "line2", "city", "state", "postcode", "country")
STATUSES = ["unpaid", "paid", "shipped", "delivered", "completed", "cancelled"]


class LineInput(serializers.Serializer):
    """One line, in the names of the generic file."""

    sku = serializers.CharField(max_length=100)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    unit_price = serializers.DecimalField(14, 4, min_value=0)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    attributes = serializers.CharField(max_length=300, required=False, allow_blank=True)
    line_discount = serializers.DecimalField(14, 4, min_value=0, required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    line_no = serializers.CharField(max_length=80, required=False, allow_blank=True)


class OrderInput(serializers.Serializer):
    """An order, in the names of the generic file with its lines nested. Naive times are in the store's zone."""

    default_timezone = None

    store = Scoped(stores_for, "code")
    order_no = serializers.CharField(max_length=80, required=False, allow_blank=True)
    placed_at = serializers.DateTimeField(required=False, default_timezone=None)
    paid_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    status = serializers.ChoiceField(STATUSES, required=False)
    currency = serializers.RegexField(r"^[A-Za-z]{3}$", required=False)
    buyer_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    buyer_login = serializers.CharField(max_length=100, required=False, allow_blank=True)
    buyer_email = serializers.EmailField(required=False, allow_blank=True)
    recipient_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    address1 = serializers.CharField(max_length=300, required=False, allow_blank=True)
    address2 = serializers.CharField(max_length=300, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    state = serializers.CharField(max_length=120, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=30, required=False, allow_blank=True)
    country = serializers.CharField(max_length=60)
    buyer_note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    shipping_fee = serializers.DecimalField(14, 4, min_value=0, required=False)
    order_discount = serializers.DecimalField(14, 4, min_value=0, required=False)
    shipping_method = serializers.CharField(max_length=120, required=False, allow_blank=True)
    tracking_no = serializers.CharField(max_length=60, required=False, allow_blank=True)
    carrier_service = serializers.CharField(max_length=120, required=False, allow_blank=True)
    shipped_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    delivered_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    completed_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    cancelled_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    updated_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=None)
    lines = LineInput(many=True, allow_empty=False, max_length=1000)  # type: ignore[call-arg]  # the stubs know no limits of lists


class AddressInput(serializers.Serializer):
    """Where an order goes."""

    recipient = serializers.CharField(max_length=200, required=False)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    line1 = serializers.CharField(max_length=300, required=False)
    line2 = serializers.CharField(max_length=300, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    state = serializers.CharField(max_length=120, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=30, required=False, allow_blank=True)
    country = serializers.RegexField(r"^[A-Za-z]{2}$", required=False)


class OrderChange(serializers.Serializer):
    """What may be changed of an order."""

    service_code = serializers.CharField(max_length=30, required=False, allow_blank=True)
    warehouse = Scoped(warehouses_for, "code", required=False)
    address = AddressInput(required=False)


class OrderDetail(serializers.Serializer):
    """What one order shows beside its row: the address, to those who may see personal data."""

    buyer_note = serializers.CharField(allow_null=True)
    address = AddressInput(allow_null=True)


class OrderResource(Resource):
    """Orders."""

    listing = "orders"
    tag = "orders"
    create = Write(OrderInput, entry.create_order, "orders.create_order")
    update = Write(OrderChange, editing.change_order, "orders.change_order")
    detail_row = OrderDetail
    version_fields = ("state", "stage", "service_code", "country", "hold_reason", "intercept", "flags", "wishes")

    detail_needs = ("note", *(f"address__{name}" for name in ADDRESS))

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """Note and address, blank without the right to see personal data."""
        if not actor.has_perm("orders.view_personal"):
            return {"buyer_note": None, "address": None}
        address = {name: row[f"address__{name}"] for name in ADDRESS}
        return {"buyer_note": row["note"], "address": address if address["recipient"] is not None else None}


class LineResource(Resource):
    """Lines of orders, to be read."""

    listing = "lines"
    tag = "orders"


class ImportInput(serializers.Serializer):
    """A file that comes in (a form with files). What the file leaves open is said here, else it is refused."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(ImportKind.choices, default=ImportKind.ORDERS)
    store = Scoped(stores_for, "code", required=False)
    profile = serializers.CharField(max_length=80, required=False, allow_blank=True)
    dry_run = serializers.BooleanField(default=False)
    date_format = serializers.ChoiceField(["ymd", "dmy", "mdy", "month"], required=False)
    decimal = serializers.ChoiceField([".", ","], required=False)
    encoding = serializers.CharField(max_length=20, required=False)
    separator = serializers.CharField(max_length=1, required=False, trim_whitespace=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    zone = serializers.CharField(max_length=60, required=False)


class ImportResource(Resource):
    """``/api/v1/imports/``: POST a file, then follow its ``job_id`` under ``/api/v1/jobs/``."""

    listing = "imports"
    create = Write(ImportInput, uploads.hand_in, "orders.view_order")
    uploads = True


class ProfileResource(Resource):
    """``/api/v1/import-profiles/``."""

    listing = "import-profiles"


RESOURCES = [OrderResource, LineResource, ImportResource, ProfileResource]
