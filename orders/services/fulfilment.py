"""What the dispatch side tells an order: shipped, known online, delivered, completed, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from core import audit, copying
from core.audit import Actor
from core.events import publish
from core.states import move_many
from inventory.services import stock
from orders.choices import OrderState
from orders.events import OrderCompleted
from orders.models import Order, OrderLine
from orders.rules.fulfilment import shipped_state
from orders.rules.stage import DispatchFacts
from orders.services.stages import restage, set_stages
from worklist import services as worklist

__all__ = [
    "DispatchFacts", "mark_completed", "mark_completed_many", "mark_declared", "mark_declared_many", "mark_delivered",
    "mark_delivered_many", "mark_shipped", "mark_shipped_many", "restage", "set_stages",
]  # fmt: skip


def mark_shipped(*, order: Order, quantities: Mapping[int, int], actor: Actor, now: datetime) -> None:
    """Pieces of an order left the house: line id -> pieces. See :func:`mark_shipped_many`."""
    mark_shipped_many(quantities={order.pk: quantities}, actor=actor, now=now)
    order.refresh_from_db(fields=["state", "shipped_at"])


@transaction.atomic(savepoint=False)
def mark_shipped_many(*, quantities: Mapping[int, Mapping[int, int]], actor: Actor, now: datetime) -> None:
    """Pieces of orders left the house (order id -> line id -> pieces): the lines count them, the orders become shipped or
    partly shipped. A line never counts more than was ordered. What is still promised to an order that is fully shipped is
    let go. The number of statements does not grow with the orders; the caller sees to it that each parcel is told once."""
    if not quantities:
        return
    orders = {
        o.pk: o
        for o in Order._base_manager.filter(pk__in=list(quantities)).order_by("pk").select_for_update(of=("self",))
    }
    lines: dict[int, list[tuple[int, int, int, bool]]] = {pk: [] for pk in orders}
    rows = OrderLine._base_manager.filter(order_id__in=list(orders)).order_by("pk")
    counted = []
    for pk, order_id, quantity, shipped, no_goods in rows.values_list(
        "pk", "order_id", "quantity", "shipped_quantity", "item__not_goods"
    ):
        more = min(quantities[order_id].get(pk, 0), quantity - shipped)
        if more > 0:
            counted.append({"id": pk, "shipped_quantity": shipped + more})
        lines[order_id].append((quantity, shipped + max(more, 0), no_goods, more > 0))
    copying.update_rows(OrderLine, ("shipped_quantity",), counted)
    whole, parts = [], []
    for pk, order in orders.items():
        became = shipped_state([(quantity, shipped, not no_goods) for quantity, shipped, no_goods, _moved in lines[pk]])
        if became == OrderState.SHIPPED:
            whole.append(order)
        elif became == OrderState.PART_SHIPPED and order.state == OrderState.READY:
            parts.append(order)
    move_many(parts, "part_ship", actor=actor, now=now)
    moved, _refused = move_many(whole, "ship", actor=actor, now=now, hold_reason="", hold_note="", hold_until=None)
    done = [order.pk for order in moved]
    if done:
        stock.release(order_refs=done, actor=actor, now=now)
        worklist.close(rule_key="orders.ship_by_risk", subject_ids=done, actor=actor, now=now, reason="shipped")


def mark_declared(*, order: Order, actor: Actor, now: datetime) -> None:
    """The channel confirmed the shipment. Again changes nothing."""
    mark_declared_many(order_ids=[order.pk], actor=actor, now=now)
    order.refresh_from_db(fields=["declared_at"])


@transaction.atomic(savepoint=False)
def mark_declared_many(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """The channel confirmed the shipment of these orders."""
    rows = list(
        Order._base_manager.filter(pk__in=list(order_ids), declared_at__isnull=True)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if not rows:
        return
    Order._base_manager.filter(pk__in=[o.pk for o in rows]).update(declared_at=now)
    audit.record_many(
        audit.entry(
            o, "order.declared", actor=actor, now=now, text=gettext_noop("The channel knows that it was shipped")
        )
        for o in rows
    )


def mark_delivered(*, order: Order, actor: Actor, now: datetime) -> None:
    """Everything we sent has arrived."""
    mark_delivered_many(orders=[order], actor=actor, now=now)


def mark_delivered_many(*, orders: Iterable[Order], actor: Actor, now: datetime) -> None:
    """Everything we sent of these orders has arrived. Orders that are further along already stay as they are."""
    rows = [order for order in orders if order.state == OrderState.SHIPPED]
    moved, _refused = move_many(rows, "deliver", actor=actor, now=now)
    restage(order_ids=[order.pk for order in moved], now=now)


def mark_undelivered_many(*, orders: Iterable[Order], actor: Actor, now: datetime) -> None:
    """A parcel that counted as arrived has not: delivered orders are under way again. Completed ones stay as they are."""
    rows = [order for order in orders if order.state == OrderState.DELIVERED]
    if rows:
        moved, _refused = move_many(rows, "undeliver", actor=actor, now=now, delivered_at=None)
        restage(order_ids=[order.pk for order in moved], now=now)


def mark_completed(*, order: Order, actor: Actor, now: datetime) -> None:
    """The sale is closed; publishes ``OrderCompleted``."""
    mark_completed_many(orders=[order], actor=actor, now=now)


def mark_completed_many(*, orders: Iterable[Order], actor: Actor, now: datetime) -> None:
    """The sales are closed: the buyers confirmed, or the channel did. Those that were not shipped are left alone."""
    rows = [order for order in orders if order.state in (OrderState.SHIPPED, OrderState.DELIVERED)]
    with transaction.atomic(savepoint=False):
        moved, _refused = move_many(rows, "complete", actor=actor, now=now)
        restage(order_ids=[order.pk for order in moved], now=now)
        for order in moved:
            publish(OrderCompleted(order.pk))
