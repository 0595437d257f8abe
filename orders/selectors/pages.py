"""What pages and other apps show of orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from core.audit import Actor
from orders.choices import Stage, WishState
from orders.models import Order, OrderAddress, OrderFlag, OrderRule, Wish
from orders.selectors.base import RESERVING

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


def newest_of_buyers(buyer_ids: Collection[int], limit: int) -> list[Order]:
    """The newest ``limit`` orders of each buyer. One query."""
    ranked = Order._base_manager.filter(buyer_id__in=list(buyer_ids)).annotate(
        place=Window(RowNumber(), partition_by=F("buyer_id"), order_by=F("placed_at").desc())
    )
    return list(ranked.filter(place__lte=limit).order_by("-placed_at"))
