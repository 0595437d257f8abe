"""What texts to buyers may say of orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core import policies as house
from core.clock import WorkCalendar
from inventory.models import Warehouse
from orders.models import Order, OrderLine
from orders.policies import SHIP_TARGET_DAYS
from orders.rules.clocks import add_span
from stores.selectors import Clocks, clocks

SHIP_TARGET, UNPAID_CLOSE = "SHOP_SHIP_TARGET", "AE_UNPAID_CLOSE"


@dataclass(frozen=True)
class TextFacts:
    """An order with what texts about it may name."""

    order: Order
    item_name: str
    address: str
    house_zone: str
    target_days: int
    payment_deadline: datetime | None
    calendar: WorkCalendar


def facts_for_texts(order_ids: Collection[int]) -> list[TextFacts]:
    """Orders with the facts of texts about them. A fixed number of queries."""
    orders = list(
        Order._base_manager.filter(pk__in=list(order_ids))
        .select_related("store", "warehouse", "address")
        .order_by("pk")
    )
    if not orders:
        return []
    names: dict[int, str] = {}
    rows = OrderLine._base_manager.filter(order__in=orders, item__not_goods=False).order_by("order_id", "position")
    for order_id, title, item_title, sku in rows.values_list("order_id", "title", "item__title", "item__channel_sku"):
        names.setdefault(order_id, (title or item_title or sku)[:120])
    known = clocks(SHIP_TARGET, UNPAID_CLOSE)
    calendar = house.work_calendar(orders[0].placed_at)
    default = Warehouse.objects.filter(is_default=True).first()
    return [_text_facts(one, names.get(one.pk, ""), known, calendar, default) for one in orders]


def _text_facts(one: Order, name: str, known: Clocks, calendar: WorkCalendar, default: Warehouse | None) -> TextFacts:
    day = one.paid_at or one.placed_at
    target = known.get(one.store.kind, SHIP_TARGET, day)
    days = int(target.value) if target else int(house.value(SHIP_TARGET_DAYS, day, one.store_id))
    closes = known.get(one.store.kind, UNPAID_CLOSE, one.placed_at)
    deadline = (
        add_span(one.placed_at, closes.value, closes.unit, closes.calendar, zone_name=one.store.time_zone, calendar=calendar)
        if closes else None
    )  # fmt: skip
    place = one.warehouse or default
    where = getattr(one, "address", None)
    lines = (
        [where.recipient, where.line1, where.line2, f"{where.postcode} {where.city}".strip(), where.state]
        if where
        else []
    )
    address = ", ".join(part for part in lines if part) if where and where.line1 else ""
    return TextFacts(one, name, address, place.time_zone if place else "UTC", days, deadline, calendar)
