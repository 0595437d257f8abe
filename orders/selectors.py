"""Questions about orders."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import policies as house
from core.audit import Actor
from core.clock import WorkCalendar
from core.errors import Missing
from inventory import selectors as stock
from inventory.models import Warehouse
from orders.choices import TO_SHIP, OrderState, Stage, WishState
from orders.models import Order, OrderAddress, OrderFlag, OrderLine, OrderRule, Wish
from orders.rules.automation import Rule
from orders.rules.wishes import Lexicon, Word
from stores.selectors import Clocks, clocks

_WORDS = Path(__file__).parent / "data" / "wish_words.csv"

#: States in which goods may still be promised to an order.
RESERVING = (OrderState.NEW, OrderState.HELD, OrderState.READY)
#: The channel clocks that orders ask about.
PROCESSING, CUTOFF, CANCEL_REPLY = "AE_PROCESSING_TIME", "SHOP_PAY_CUTOFF", "AE_CANCEL_REPLY"


def orders_for(actor: Actor) -> QuerySet[Order]:
    """The orders of the stores the actor works in (the scope sees to that)."""
    return Order.objects.all()


def lines_for(actor: Actor) -> QuerySet[OrderLine]:
    """The lines of those orders."""
    return OrderLine.objects.all()


def order(pk: int) -> Order:
    """One order inside the scope with store and buyer. Raises ``Missing``."""
    found = Order.objects.select_related("store", "buyer", "warehouse").filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def order_by_number(store_id: int, number: str) -> Order | None:
    """The order of a store with this channel id, if there is one."""
    return Order.objects.filter(store_id=store_id, external_id=number).first()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The words of wishes in seven languages, compiled once."""
    with _WORDS.open(encoding="utf-8", newline="") as rows:
        return Lexicon.of(Word(row["kind"], row["word"], row["value"]) for row in csv.DictReader(rows))


# --- what an assessment reads ------------------------------------------------------------------------------------


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
    rows = OrderLine._base_manager.filter(order_id__in=list(order_ids)).order_by("order_id", "position", "item__matches__id")
    last: LineRow | None = None
    for row in rows.values_list(*_LINE):
        pk, order_id, position, item_id, sku, quantity, shipped, attributes, title, note, assort, matched, not_goods, *part = row
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


def house_facts(now: datetime) -> House:
    """The sorting rules, clocks, calendar and warehouses as of ``now``. A fixed number of queries."""
    warehouses = {row.pk: row for row in Warehouse.objects.all()}
    default = next((row for row in warehouses.values() if row.is_default), None)
    return House(active_rules(), clocks(PROCESSING, CUTOFF, CANCEL_REPLY), house.work_calendar(now), warehouses, default)


def active_rules() -> list[Rule]:
    """The sorting rules in their order."""
    return [
        Rule(row.pk, row.name, row.conditions, row.store_id, row.set_type, row.set_flag, row.set_warehouse_id, row.set_service)
        for row in OrderRule.objects.filter(active=True).order_by("position", "id")
    ]


def orders_of_items(item_ids: Iterable[int]) -> list[int]:
    """Orders that are to be sent and ask for one of these channel SKUs, by id."""
    rows = OrderLine._base_manager.filter(item_id__in=list(item_ids), order__state__in=TO_SHIP, order__history=False)
    return sorted(set(rows.values_list("order_id", flat=True)))


# --- stage ---------------------------------------------------------------------------------------------------------


def unmatched_orders(order_ids: Collection[int]) -> set[int]:
    """Those of the orders with a line nobody has matched. One query."""
    rows = OrderLine._base_manager.filter(order_id__in=list(order_ids), item__matched=False, item__not_goods=False)
    return set(rows.values_list("order_id", flat=True))


def short_orders(order_ids: Collection[int]) -> set[int]:
    """Those of the orders that lack goods. One query."""
    return set(stock.shortfall(order_ids))


# --- follow-ups ----------------------------------------------------------------------------------------------------

_OPEN = Q(history=False)


def ungreeted() -> QuerySet[Order]:
    """Paid orders that nobody has greeted: not history, still to be sent, not waiting for the payment check."""
    return Order.objects.filter(_OPEN, greeted_at__isnull=True, state__in=TO_SHIP).exclude(
        state=OrderState.HELD, hold_reason="payment_risk"
    )


def unpaid() -> QuerySet[Order]:
    """Orders that wait for payment."""
    return Order.objects.filter(_OPEN, state=OrderState.UNPAID)


def held_beyond(now: datetime, hours: int) -> QuerySet[Order]:
    """Held orders whose date has come, or that have had none for ``hours``."""
    held = Order.objects.filter(_OPEN, state=OrderState.HELD)
    return held.filter(Q(hold_until__lte=now) | Q(hold_until__isnull=True))


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


# --- pages -----------------------------------------------------------------------------------------------------------

_BRIEF = """
SELECT o.id,
  (SELECT json_agg(json_build_object('id', l.id::text, 'position', l.position, 'sku', i.channel_sku, 'title', l.title,
     'attributes', l.attributes, 'quantity', l.quantity, 'unit_price', l.unit_price::text, 'total', l.total::text,
     'shipped_quantity', l.shipped_quantity, 'assort', l.assort, 'matched', i.matched OR i.not_goods,
     'image_url', i.image_url) ORDER BY l.position)
   FROM orders_orderline l JOIN products_channelitem i ON i.id = l.item_id WHERE l.order_id = o.id),
  (SELECT json_agg(json_build_object('colour', f.colour, 'note', f.note) ORDER BY f.id)
   FROM orders_orderflag f WHERE f.order_id = o.id),
  (SELECT json_agg(json_build_object('id', w.id::text, 'kind', w.kind, 'value', w.value, 'text', w.text, 'state', w.state,
     'line', w.line_id::text) ORDER BY w.id) FROM orders_wish w WHERE w.order_id = o.id),
  (SELECT min(p.number) FROM orders_order p WHERE p.buyer_id = o.buyer_id AND p.id <> o.id AND NOT p.history
     AND p.state IN ('new', 'held', 'ready') AND o.state IN ('new', 'held', 'ready') AND NOT o.history AND EXISTS
     (SELECT 1 FROM orders_orderaddress a JOIN orders_orderaddress b ON b.order_id = p.id WHERE a.order_id = o.id
      AND a.country = b.country AND a.postcode = b.postcode AND lower(a.line1) = lower(b.line1)
      AND lower(a.recipient) = lower(b.recipient) AND a.line1 <> ''))
FROM orders_order o WHERE o.id = ANY(%s)
"""


def briefs(order_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Lines, flags, wishes and a joinable order of a page of orders. One query; decimals as text."""
    with connection.cursor() as cursor:
        cursor.execute(_BRIEF, [list(order_ids)])
        rows = cursor.fetchall()
    return {
        pk: {"lines": lines or [], "flags": flags or [], "wishes": wishes or [], "join": join or ""}
        for pk, lines, flags, wishes, join in rows
    }


def address_of(order_id: int) -> OrderAddress | None:
    """Where the order goes."""
    return OrderAddress._base_manager.filter(order_id=order_id).first()


def flags_of(order_ids: Iterable[int]) -> QuerySet[OrderFlag]:
    """The coloured marks of orders."""
    return OrderFlag._base_manager.filter(order_id__in=list(order_ids)).order_by("id")


def open_wishes(order_ids: Iterable[int]) -> QuerySet[Wish]:
    """Wishes that still count: to be met, or not possible and the buyer not told."""
    return Wish._base_manager.filter(order_id__in=list(order_ids), state__in=[WishState.OPEN, WishState.CANNOT]).order_by("id")


def wish_words(order_ids: Iterable[int]) -> dict[int, list[tuple[int | None, str, str]]]:
    """What has to be observed when packing: order id -> [(line id or None, kind, value)]. One query."""
    found: dict[int, list[tuple[int | None, str, str]]] = defaultdict(list)
    for order_id, line_id, kind, value, text in open_wishes(order_ids).values_list("order_id", "line_id", "kind", "value", "text"):
        found[order_id].append((line_id, kind, value or text))
    return dict(found)


def joinable_with(one: Order) -> QuerySet[Order]:
    """Other open orders of the same buyer to the same address."""
    where = address_of(one.pk)
    if where is None or not where.line1 or one.state not in RESERVING or one.history:
        return Order.objects.none()
    return Order.objects.filter(
        buyer_id=one.buyer_id, state__in=RESERVING, history=False, address__country=where.country,
        address__postcode=where.postcode, address__line1__iexact=where.line1, address__recipient__iexact=where.recipient,
    ).exclude(pk=one.pk).order_by("placed_at")  # fmt: skip


def buyer_orders(one: Order) -> QuerySet[Order]:
    """The other orders of the same buyer, newest first."""
    return Order.objects.filter(buyer_id=one.buyer_id).exclude(pk=one.pk).order_by("-placed_at")


def rules_for(actor: Actor) -> QuerySet[OrderRule]:
    """The sorting rules."""
    return OrderRule.objects.select_related("store", "set_warehouse").order_by("position", "id")


def stage_counts(actor: Actor, stages: Collection[str], cap: int) -> Mapping[str, int]:
    """How many orders stand at each stage, each counted up to ``cap``. One query."""
    found = {}
    for stage in stages:
        found[stage] = Order.objects.filter(stage=stage).order_by()[: cap + 1].count()
    return found


def to_do_count(actor: Actor, cap: int) -> int:
    """How many orders still have to be sent, up to ``cap`` and one."""
    stages = [s for s in Stage.values if s not in ("shipped", "completed", "cancelled", "history")]
    return Order.objects.filter(stage__in=stages).order_by().values("pk")[: cap + 1].count()


def greeted_subset(order_ids: Collection[int]) -> set[int]:
    """Those of the orders that were greeted."""
    return set(Order._base_manager.filter(pk__in=list(order_ids), greeted_at__isnull=False).values_list("pk", flat=True))


def held_with(order_ids: Collection[int], reason: str) -> QuerySet[Order]:
    """Those of the orders that are held for ``reason``."""
    return Order._base_manager.filter(pk__in=list(order_ids), state=OrderState.HELD, hold_reason=reason)


