"""Promises about orders, searched in the database."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from core.invariants import invariant
from inventory.models import Reservation
from orders.choices import OrderState
from orders.models import Order, OrderLine
from worklist.models import Duty


@invariant("G2", "a cancelled or shipped order promises no stock")
def ended_orders_that_hold_stock(now: datetime) -> QuerySet[Order]:
    """Orders at their end with an open reservation."""
    open_ = Reservation.objects.filter(order_ref=OuterRef("pk"), state="open", held__gt=F("consumed"))
    ended = [OrderState.CANCELLED, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.COMPLETED]
    return Order._base_manager.filter(Exists(open_), state__in=ended)


@invariant("G2", "history promises no stock")
def history_that_holds_stock(now: datetime) -> QuerySet[Order]:
    """Orders that are history with an open reservation."""
    open_ = Reservation.objects.filter(order_ref=OuterRef("pk"), state="open")
    return Order._base_manager.filter(Exists(open_), history=True)


@invariant("G2", "every matched line of a paid order is promised its stock")
def lines_without_promise(now: datetime) -> QuerySet[OrderLine]:
    """Matched lines of new, held or ready orders without a reservation."""
    promised = Reservation.objects.filter(line_ref=OuterRef("pk"))
    return OrderLine._base_manager.filter(
        ~Exists(promised), order__state__in=[OrderState.HELD, OrderState.READY], order__history=False, item__matched=True,
        item__not_goods=False,
    )  # fmt: skip


@invariant("G1", "history owes nothing")
def history_with_duties(now: datetime) -> QuerySet[Duty]:
    """Living duties about orders that are history."""
    old = Order._base_manager.filter(pk=OuterRef("subject_id"), history=True)
    return Duty._base_manager.filter(Exists(old), subject_type="orders.order", closed_at__isnull=True)
