"""The stock ledger: append-only movements, balances that equal their sum, promises to paid lines."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import tracked
from inventory.choices import MovementKind, ReservationState
from inventory.models.warehouse import Bin, Warehouse
from products.models import Sku


class Balance(models.Model):
    """What one SKU counts in one warehouse. The database refuses a negative figure or a promise beyond the stock."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="balances")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="balances")
    bin = models.ForeignKey(Bin, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    reorder_point = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("stock")
        constraints = [
            models.UniqueConstraint(fields=["sku", "warehouse"], name="balance_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_not_oversold"
            ),
        ]

    @property
    def available(self) -> int:
        """Pieces that can still be promised."""
        return self.on_hand - self.reserved


class Movement(models.Model):
    """One line of the ledger: written once, never changed (the database refuses it)."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="movements")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=MovementKind.choices)
    quantity = models.IntegerField(help_text="plus in, minus out")
    reference = models.CharField(max_length=80, blank=True, help_text="waybill, receipt or count number")
    key = models.CharField(max_length=120, unique=True, help_text="the same key is the same movement")
    note = models.CharField(max_length=200, blank=True, help_text="why, in the words of whoever booked it")
    actor_label = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("stock movement")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [
            models.Index(fields=["sku", "warehouse", "-at"], name="movement_of_sku"),
            models.Index(fields=["-at", "-id"], name="movement_newest"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves")]


@tracked()
class Reservation(models.Model):
    """Stock promised to a paid line: ``held`` of the ``wanted`` pieces, of which ``consumed`` have left. ``held`` below
    ``wanted`` is a short reservation: it blocks packing, and goods that arrive fill the oldest first."""

    line_ref = models.BigIntegerField(help_text="id of the order line; below zero: of its spare pieces")
    order_ref = models.BigIntegerField(help_text="id of the order")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="reservations")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    wanted = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    consumed = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ReservationState.choices, default=ReservationState.OPEN)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line_ref", "sku", "warehouse"], name="reservation_once"),
            models.CheckConstraint(condition=Q(held__lte=F("wanted")), name="reservation_within_wanted"),
            models.CheckConstraint(condition=Q(consumed__lte=F("held")), name="reservation_ships_what_it_holds"),
        ]
        indexes = [
            models.Index(fields=["sku", "warehouse", "id"], name="reservation_short", condition=Q(state="open", held__lt=F("wanted"))),
            models.Index(fields=["order_ref"], name="reservation_order"),
        ]  # fmt: skip
