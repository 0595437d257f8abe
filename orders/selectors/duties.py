"""Orders that somebody owes something."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from conversations.models import Message
from core import policies as house
from orders.choices import TO_SHIP, OrderState, Stage, WishState
from orders.models import Order, Wish
from orders.policies import SHIP_BY_WARN_HOURS
from orders.selectors.assessing import PROCESSING
from stores import selectors as doors

_OPEN = Q(history=False)


def ungreeted() -> QuerySet[Order]:
    """Paid orders that nobody has greeted: not history, still to be sent, not waiting for the payment check."""
    return Order.objects.filter(_OPEN, greeted_at__isnull=True, state__in=TO_SHIP).exclude(
        state=OrderState.HELD, hold_reason="payment_risk"
    )


def unpaid() -> QuerySet[Order]:
    """Orders that wait for payment."""
    return Order.objects.filter(_OPEN, state=OrderState.UNPAID)


def ungreeted_of(store_id: int) -> QuerySet[Order]:
    """Those of one store."""
    return ungreeted().filter(store_id=store_id)


def held_until(now: datetime) -> QuerySet[Order]:
    """Held orders whose date has come."""
    return Order.objects.filter(_OPEN, stage__in=[Stage.HELD, Stage.RISK], hold_until__lte=now)


def impossible_wishes(order_id: int) -> list[str]:
    """The wishes of an order that cannot be met and of which the buyer was not told, in words."""
    rows = Wish._base_manager.filter(order_id=order_id, state=WishState.CANNOT).order_by("id")
    return [value or text for value, text in rows.values_list("value", "text")]


def with_wish_that_cannot_be_met() -> QuerySet[Order]:
    """Orders with a wish that cannot be met and of which the buyer was not told."""
    wishes = Wish._base_manager.filter(state=WishState.CANNOT).values("order_id")
    return Order.objects.filter(_OPEN, pk__in=wishes, state__in=TO_SHIP)


def asking_to_cancel() -> QuerySet[Order]:
    """Orders whose buyer asks to cancel and that have not left."""
    asks = Q(intercept="cancel_request") | Q(state=OrderState.HELD, hold_reason="cancel_request")
    return Order.objects.filter(_OPEN, asks, state__in=TO_SHIP)


def ship_by_before(moment: datetime) -> QuerySet[Order]:
    """Orders still in the house whose latest dispatch lies before ``moment``."""
    return Order.objects.filter(_OPEN, state__in=TO_SHIP, ship_by__lte=moment)


def longest_warning(now: datetime) -> timedelta:
    """The longest time before a latest dispatch from which it counts as near, of any store."""
    usual = timedelta(hours=float(house.value(SHIP_BY_WARN_HOURS, now)))
    return max(usual, doors.longest_warning(PROCESSING))


def with_warning(rows: list[Order]) -> list[Order]:
    """The orders (with their stores), each knowing from when its latest dispatch is near (``near_from``; None without one)."""
    known = doors.clocks(PROCESSING)
    for order in rows:
        if order.ship_by is None:
            order.near_from = None  # type: ignore[attr-defined]
            continue
        start = order.paid_at or order.placed_at
        near = doors.near_from(order.store, [PROCESSING], order.ship_by, start, known)
        usual = timedelta(hours=float(house.value(SHIP_BY_WARN_HOURS, start, order.store_id)))
        order.near_from = near or order.ship_by - usual  # type: ignore[attr-defined]
    return rows


def greeted_by_message(limit: int) -> list[int]:
    """Ungreeted orders whose greeting was handed to its routes after all (a draft that a person sent)."""
    told = Message._base_manager.filter(
        about_type="orders.order", template_code__startswith="T01", state="ready", direction="out"
    )
    asked = Order._base_manager.filter(greeted_at__isnull=True, history=False, pk__in=told.values("about_id"))
    return list(asked.values_list("pk", flat=True)[:limit])
