"""What a buyer bought."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right, Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from core.lookups import FoldedWords
from customers.models import Buyer
from inventory.models import Warehouse
from orders.choices import FlagColour, HoldReason, OrderState, OrderType, Stage, WishKind, WishState
from products.models import ChannelItem


@tracked(exclude=["buyer_name", "note", "channel_facts", "channel_version", "search"])
class Order(models.Model):
    """One order of one store. Amounts are in ``currency``, exact to four decimals; times are UTC."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="orders", db_index=False)
    external_id = models.CharField(max_length=80, help_text="the channel's id of the order")
    number = models.CharField(max_length=80, help_text="what people read out")
    type = models.CharField(max_length=10, choices=OrderType.choices, default=OrderType.SALE)
    state = models.CharField(max_length=12, choices=OrderState.choices)
    stage = models.CharField(max_length=14, choices=Stage.choices)
    history = models.BooleanField(
        default=False, help_text="old at import: no message, duty, reservation or note until taken up"
    )
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    buyer_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    goods_total = models.DecimalField(max_digits=14, decimal_places=4)
    shipping_fee = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    discount = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    total = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="goods + freight - discounts: what the buyer pays"
    )
    pieces = models.PositiveIntegerField(default=0)
    shipping_method = models.CharField(
        max_length=120, blank=True, help_text="the service the buyer paid for, in his words"
    )
    service_code = models.CharField(max_length=30, blank=True, help_text="service chosen by rule or person")
    warehouse = models.ForeignKey(Warehouse, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="the buyer's note, as written")
    hold_reason = models.CharField(max_length=20, choices=HoldReason.choices, blank=True)
    hold_note = models.CharField(max_length=300, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    cleared = models.JSONField(
        default=list, blank=True, help_text="hold reasons a person has set aside: not held for them again"
    )
    intercept = models.CharField(
        max_length=20, choices=HoldReason.choices, blank=True, help_text="stops the parcel at the next scan"
    )
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    target_at = models.DateTimeField(null=True, help_text="payment clock: leave the house by then (cut-off rule)")
    ship_by = models.DateTimeField(null=True, help_text="the channel's latest dispatch")
    ready_at = models.DateTimeField(null=True)
    greeted_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField(null=True, help_text="the channel confirmed the shipment")
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    channel_status = models.CharField(max_length=60, blank=True, help_text="the channel's own word, kept as it came")
    channel_updated_at = models.DateTimeField(
        null=True, help_text="version of the channel; an older one never overwrites"
    )
    channel_version = models.CharField(
        max_length=100, blank=True, help_text="orders what the channel told; the greatest wins"
    )
    channel_facts = models.JSONField(default=dict, blank=True)
    search = models.CharField(max_length=300, blank=True, help_text="folded buyer words for search")
    imported_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("order")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="order_once"),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(hold_reason=""), name="held_has_reason"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["store", "-placed_at", "-id"], name="order_store_newest"),
            models.Index(fields=["stage", "-placed_at", "-id"], name="order_stage"),
            models.Index(fields=["state", "country", "-placed_at", "-id"], name="order_state_country"),
            models.Index(fields=["country", "-placed_at", "-id"], name="order_country"),
            models.Index(fields=["buyer", "-placed_at"], name="order_of_buyer"),
            models.Index(fields=["ship_by", "id"], name="order_ship_by", condition=Q(state__in=["new", "held", "ready", "part_shipped"])),
            models.Index(fields=["ship_by", "id"], name="order_ship_by_all"),
            models.Index(fields=["imported_at"], name="order_ungreeted", condition=Q(greeted_at__isnull=True, history=False)),
            models.Index(OpClass(Upper("number"), name="text_pattern_ops"), name="order_number_prefix"),
            GinIndex(FoldedWords("search"), name="order_words"),
            models.Index(Right(Upper("number"), 6), name="order_number_tail"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


@tracked(exclude=["title", "buyer_note"])
class OrderLine(models.Model):
    """One article of an order. ``unit_price`` is empty when the channel does not tell it (never made up)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    external_id = models.CharField(max_length=80, blank=True)
    item = models.ForeignKey(ChannelItem, on_delete=models.PROTECT, related_name="lines", db_index=False)
    title = models.CharField(max_length=300, blank=True)
    attributes = models.CharField(max_length=300, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    discount = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    total = models.DecimalField(max_digits=14, decimal_places=4, null=True, help_text="quantity x price - discount")
    buyer_note = models.CharField(max_length=500, blank=True)
    assort = models.BooleanField(default=False, help_text="no colour given: mix colours and styles evenly")
    shipped_quantity = models.PositiveIntegerField(default=0)

    objects = ScopedManager(store="order__store")

    class Meta:
        verbose_name = _("order line")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(condition=Q(shipped_quantity__lte=F("quantity")), name="line_not_overshipped"),
        ]
        indexes = [
            models.Index(fields=["item", "order"], name="line_item_order")
        ]  # orders by SKU, from the index alone


class OrderAddress(models.Model):
    """Where an order goes: personal data, apart from the order so that it can be masked and erased."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="address")
    recipient = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    line1 = models.CharField(max_length=300, blank=True)
    line2 = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=30, blank=True)
    country = models.CharField(max_length=2)
    changed_at = models.DateTimeField()

    objects = ScopedManager(store="order__store")


@tracked(exclude=["text"])
class Wish(models.Model):
    """A colour, size, packing or other request read from the buyer's note; carried into the dispatch note."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="wishes")
    line = models.ForeignKey(OrderLine, null=True, blank=True, on_delete=models.CASCADE, related_name="wishes")
    kind = models.CharField(max_length=8, choices=WishKind.choices)
    text = models.CharField(max_length=300)
    value = models.CharField(max_length=100, blank=True, help_text="what was understood, e.g. red, M")
    state = models.CharField(max_length=8, choices=WishState.choices, default=WishState.OPEN)
    by_hand = models.BooleanField(default=False, help_text="entered by a person; else read from the note")
    created_at = models.DateTimeField()

    objects = ScopedManager(store="order__store")


class OrderFlag(models.Model):
    """A coloured mark with a note."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="flags", db_index=False)
    colour = models.CharField(max_length=6, choices=FlagColour.choices)
    note = models.CharField(max_length=200, blank=True)
    author_label = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects = ScopedManager(store="order__store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "colour"], name="flag_once")]
