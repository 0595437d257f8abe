"""What an assessment and the rule of stages read, set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef

from core import policies as house
from core.clock import WorkCalendar
from inventory import selectors as stock
from inventory.choices import ReservationState
from inventory.models import Reservation, Warehouse
from orders.choices import TO_SHIP, Stage
from orders.models import Order, OrderLine
from orders.rules.automation import Rule
from orders.selectors.base import RESERVING
from stores.models import Deadline
from stores.selectors import Clocks

#: The channel clocks that orders ask about.
PROCESSING, CUTOFF, CANCEL_REPLY = "AE_PROCESSING_TIME", "SHOP_PAY_CUTOFF", "AE_CANCEL_REPLY"


@dataclass(slots=True)
class LineRow:
    """One line of an order with what it stands for."""

    id: int
    position: int
    item_id: int
    sku: str
    quantity: int
    shipped: int
    attributes: str
    title: str
    note: str
    assort: bool
    matched: bool
    goods: bool
    parts: list[tuple[int, int]] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)


_LINE = (
    "id", "order_id", "position", "item_id", "item__channel_sku", "quantity", "shipped_quantity", "attributes", "title",
    "buyer_note", "assort", "item__matched", "item__not_goods", "item__matches__sku_id", "item__matches__quantity",
    "item__matches__sku__variant",
)  # fmt: skip


def lines_to_assess(order_ids: Collection[int]) -> dict[int, list[LineRow]]:
    """The lines of orders, each with the articles it stands for: order id -> lines by position. One query."""
    found: dict[int, list[LineRow]] = defaultdict(list)
    rows = OrderLine._base_manager.filter(order_id__in=list(order_ids)).order_by(
        "order_id", "position", "item__matches__id"
    )
    last: LineRow | None = None
    for row in rows.values_list(*_LINE):
        (
            pk,
            order_id,
            position,
            item_id,
            sku,
            quantity,
            shipped,
            attributes,
            title,
            note,
            assort,
            matched,
            not_goods,
            *part,
        ) = row
        if last is None or last.id != pk:
            last = LineRow(
                pk, position, item_id, sku, quantity, shipped, attributes, title, note, assort, matched, not not_goods
            )
            found[order_id].append(last)
        if part[0] is not None:
            last.parts.append((part[0], part[1]))
            if part[2]:
                last.variants.append(part[2])
    return dict(found)


@dataclass(frozen=True)
class House:
    """What the house decided that counts for many orders: sorting rules, clocks, calendar, warehouses."""

    rules: list[Rule]
    clocks: Clocks
    calendar: WorkCalendar
    warehouses: dict[int, Warehouse]
    default: Warehouse | None

    def zone(self, warehouse_id: int | None) -> str:
        """The zone in which a warehouse lives."""
        found = self.warehouses.get(warehouse_id or 0) or self.default
        return found.time_zone if found else "UTC"


_HOUSE = """
SELECT (SELECT json_agg(w) FROM inventory_warehouse w),
       (SELECT json_agg(r ORDER BY r.position, r.id) FROM orders_orderrule r WHERE r.active),
       (SELECT json_agg(d ORDER BY d.valid_from) FROM stores_deadline d WHERE d.rule_code = ANY(%s)),
       (SELECT json_agg(c) FROM core_calendarday c)
"""


def house_facts(now: datetime) -> House:
    """The sorting rules, clocks, calendar and warehouses as of ``now``. One query: it is asked for every single order."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSE, [[PROCESSING, CUTOFF, CANCEL_REPLY]])
        warehouses, rules, deadlines, days = (found or [] for found in cursor.fetchone())
    houses = {row["id"]: Warehouse(**row) for row in warehouses}
    default = next((row for row in houses.values() if row.is_default), None)
    known = Clocks(Deadline(**{**row, "valid_from": date.fromisoformat(row["valid_from"])}) for row in deadlines)
    exceptions = {date.fromisoformat(row["day"]): row["working"] for row in days}
    calendar = WorkCalendar(frozenset(house.value(house.WORKDAYS, now)), exceptions)
    return House([_rule(row) for row in rules], known, calendar, houses, default)


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        row["id"], row["name"], row["conditions"], row["store_id"], row["set_type"], row["set_flag"], row["set_warehouse_id"],
        row["set_service"],
    )  # fmt: skip


def orders_of_items(item_ids: Iterable[int]) -> list[int]:
    """Orders that are to be sent and ask for one of these channel SKUs, by id."""
    rows = OrderLine._base_manager.filter(item_id__in=list(item_ids), order__state__in=TO_SHIP, order__history=False)
    return sorted(set(rows.values_list("order_id", flat=True)))


def unmatched_orders(order_ids: Collection[int]) -> set[int]:
    """Those of the orders with a line nobody has matched. One query."""
    rows = OrderLine._base_manager.filter(order_id__in=list(order_ids), item__matched=False, item__not_goods=False)
    return set(rows.values_list("order_id", flat=True))


def short_orders(order_ids: Collection[int]) -> set[int]:
    """Those of the orders that lack goods. One query."""
    return set(stock.shortfall(order_ids))


def matched_but_waiting(limit: int) -> list[int]:
    """Orders whose articles were matched without anybody telling them, by id: they stand at "to match" without an unmatched
    line, or lack the promise of stock for a matched one."""
    waiting = list(Order._base_manager.filter(stage=Stage.TO_MATCH).order_by("pk").values_list("pk", flat=True)[:limit])
    promised = Reservation.objects.filter(line_ref=OuterRef("pk")).exclude(state=ReservationState.RELEASED)
    forgotten = OrderLine._base_manager.filter(
        ~Exists(promised), order__state__in=RESERVING, order__history=False, item__matched=True, item__not_goods=False,
        quantity__gt=F("shipped_quantity"),
    )  # fmt: skip
    return sorted(
        set(waiting) - unmatched_orders(waiting) | set(forgotten.values_list("order_id", flat=True).distinct()[:limit])
    )


def to_ship_in_pieces(size: int) -> Iterator[list[int]]:
    """Ids of all orders that are to be sent, in pieces."""
    last = 0
    while True:
        rows = Order._base_manager.filter(state__in=TO_SHIP, history=False, pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:size])
        if not ids:
            return
        yield ids
        last = ids[-1]
