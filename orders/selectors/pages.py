"""What pages and other apps show of orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Missing
from core.remembering import Remembered
from inventory.selectors import reserved_lines
from orders.choices import TO_SHIP, Stage, WishState
from orders.models import Order, OrderAddress, OrderFlag, OrderLine, OrderRule, Wish
from orders.selectors.base import RESERVING, orders_for

#: What a row of orders says beside its own columns, read with the row: lines, flags, wishes, an order it could travel with,
#: living duties. Lists as JSON, decimals as text.
BRIEF = {
    "lines": RawSQL(
        """
  (SELECT json_agg(json_build_object('id', l.id::text, 'position', l.position, 'sku', i.channel_sku, 'title', l.title,
     'attributes', l.attributes, 'quantity', l.quantity, 'unit_price', l.unit_price::text, 'total', l.total::text,
     'shipped_quantity', l.shipped_quantity, 'assort', l.assort, 'matched', i.matched OR i.not_goods,
     'image_url', i.image_url) ORDER BY l.position)
   FROM orders_orderline l JOIN products_channelitem i ON i.id = l.item_id WHERE l.order_id = orders_order.id)""",
        (),
    ),
    "flags": RawSQL(
        """
  (SELECT json_agg(json_build_object('colour', f.colour, 'note', f.note) ORDER BY f.id)
   FROM orders_orderflag f WHERE f.order_id = orders_order.id)""",
        (),
    ),
    "wishes": RawSQL(
        """
  (SELECT json_agg(json_build_object('id', w.id::text, 'kind', w.kind, 'value', w.value, 'text', w.text, 'state', w.state,
     'line', w.line_id::text) ORDER BY w.id) FROM orders_wish w WHERE w.order_id = orders_order.id)""",
        (),
    ),
    "join": RawSQL(
        """
  (SELECT p.number FROM orders_order p WHERE p.buyer_id = orders_order.buyer_id AND p.id <> orders_order.id AND NOT p.history
     AND p.state IN ('new', 'held', 'ready') AND orders_order.state IN ('new', 'held', 'ready') AND NOT orders_order.history AND EXISTS
     (SELECT 1 FROM orders_orderaddress a JOIN orders_orderaddress b ON b.order_id = p.id WHERE a.order_id = orders_order.id
      AND a.country = b.country AND a.postcode = b.postcode AND lower(a.line1) = lower(b.line1)
      AND lower(a.recipient) = lower(b.recipient) AND a.line1 <> '') LIMIT 1)""",
        (),
    ),
    "duties": RawSQL(
        """
  (SELECT json_agg(json_build_object('id', d.id::text, 'rule', d.rule, 'state', d.state, 'due_at', d.due_at)
     ORDER BY d.due_at, d.id)
   FROM worklist_duty d WHERE d.subject_type = 'orders.order' AND d.subject_id = orders_order.id AND d.closed_at IS NULL)""",
        (),
    ),
}


def address_of(order_id: int) -> OrderAddress | None:
    """Where the order goes."""
    return OrderAddress._base_manager.filter(order_id=order_id).first()


def flags_of(order_ids: Iterable[int]) -> QuerySet[OrderFlag]:
    """The coloured marks of orders."""
    return OrderFlag._base_manager.filter(order_id__in=list(order_ids)).order_by("id")


def open_wishes(order_ids: Iterable[int]) -> QuerySet[Wish]:
    """Wishes that still count: to be met, or not possible and the buyer not told."""
    return Wish._base_manager.filter(
        order_id__in=list(order_ids), state__in=[WishState.OPEN, WishState.CANNOT]
    ).order_by("id")


def wish_words(order_ids: Iterable[int]) -> dict[int, list[tuple[int | None, str, str]]]:
    """What has to be observed when packing: order id -> [(line id or None, kind, value)]. One query."""
    found: dict[int, list[tuple[int | None, str, str]]] = defaultdict(list)
    for order_id, line_id, kind, value, text in open_wishes(order_ids).values_list(
        "order_id", "line_id", "kind", "value", "text"
    ):
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


def orders_of_buyer(buyer_id: int, actor: Actor) -> QuerySet[Order]:
    """All orders of a buyer that the actor may see, newest first."""
    return orders_for(actor).filter(buyer_id=buyer_id).order_by("-placed_at", "-pk")


def rules_for(actor: Actor) -> QuerySet[OrderRule]:
    """The sorting rules."""
    return OrderRule.objects.select_related("store", "set_warehouse").order_by("position", "id")


def order_rule(pk: int) -> OrderRule:
    """One sorting rule. Raises ``Missing``."""
    found = OrderRule.objects.select_related("store", "set_warehouse").filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such rule."))
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


def _countries() -> list[str]:
    """A loose index scan: one step per country, whatever the number of orders."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE seen AS ((SELECT country FROM orders_order ORDER BY country LIMIT 1) UNION ALL "
            "SELECT (SELECT o.country FROM orders_order o WHERE o.country > s.country ORDER BY o.country LIMIT 1) "
            "FROM seen s WHERE s.country IS NOT NULL) SELECT country FROM seen WHERE country IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


_remembered = Remembered(_countries, 300.0)


def countries_seen() -> list[str]:
    """The countries orders went to, by code; remembered for some minutes once there are any."""
    found = _remembered()
    if not found:
        _remembered.forget()
    return found


def open_wishes_exist() -> Exists:
    """The condition "has a wish that still counts"."""
    return Exists(Wish._base_manager.filter(order=OuterRef("pk"), state__in=[WishState.OPEN, WishState.CANNOT]))


def ungreeted_among(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Those of ``rows`` that are paid, still to be sent and not greeted."""
    return rows.filter(history=False, greeted_at__isnull=True, state__in=TO_SHIP).exclude(
        state="held", hold_reason="payment_risk"
    )


def detail_lines(one: Order) -> list[dict[str, Any]]:
    """The lines of an order with what they stand for and what is promised. Two queries."""
    rows: dict[int, dict[str, Any]] = {}
    lines = OrderLine._base_manager.filter(order=one).select_related("item").order_by("position", "item__matches__id")
    for line in lines.annotate(
        part=F("item__matches__quantity"), sku_id=F("item__matches__sku_id"), code=F("item__matches__sku__code"),
        zh=F("item__matches__sku__name_zh"), en=F("item__matches__sku__name_en"), picture=F("item__matches__sku__image_url"),
    ):  # fmt: skip
        row = rows.setdefault(line.pk, {"line": line, "parts": []})
        if line.sku_id:
            row["parts"].append(
                {"sku_id": line.sku_id, "code": line.code, "name_zh": line.zh, "name_en": line.en, "pieces": line.part,
                 "picture": line.picture}
            )  # fmt: skip
    held: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line_id, sku_id, wanted, kept, done in reserved_lines([one.pk]).get(one.pk, []):
        for index, value in enumerate((wanted, kept, done)):
            held[line_id, sku_id][index] += value
    for row in rows.values():
        for part in row["parts"]:
            part["wanted"], part["held"], part["shipped"] = held[row["line"].pk, part["sku_id"]]
    return list(rows.values())


def wishes_of(one: Order) -> QuerySet[Wish]:
    """All wishes of an order, those that count first."""
    return Wish._base_manager.filter(order=one).select_related("line").order_by("state", "id")
