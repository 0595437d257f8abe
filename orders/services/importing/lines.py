"""Lines of orders that are known already: changed in place, added, removed; in sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from core import copying
from orders.models import OrderLine
from orders.rules import importing as rules
from orders.services.importing.creating import lines_of
from products.models import ChannelItem
from products.selectors import item_key
from stores.contracts import RemoteOrder

_FACTS = ("item_id", "external_id", "title", "attributes", "quantity", "unit_price", "discount", "total", "buyer_note")
#: Lines on the move stand up here for a moment, because positions are unique in an order.
_ASIDE = 1_000_000


@dataclass
class Difference:
    """What must be written to the lines, and the orders whose goods changed by it."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    fresh: list[dict[str, Any]] = field(default_factory=list)
    gone: list[OrderLine] = field(default_factory=list)
    moving: list[int] = field(default_factory=list)
    orders: set[int] = field(default_factory=set)


def bring_up_to_date(told: Mapping[int, RemoteOrder], items: Mapping[str, ChannelItem]) -> set[int]:
    """Make the lines of each order (id -> telling) what the channel tells; answers the orders whose goods changed.

    A line keeps its id while the channel names it (by its own id, else by SKU and place among the lines of that SKU). A line
    the channel no longer names is removed, unless pieces of it were shipped or it stands on a dispatch note.
    """
    held: dict[int, list[OrderLine]] = {pk: [] for pk in told}
    rows = OrderLine.objects.filter(order_id__in=list(told)).select_related("item").order_by("order_id", "position")
    for line in rows:
        held[line.order_id].append(line)
    found = Difference()
    for pk, remote in told.items():
        _compare(pk, remote, held[pk], items, found)
    _write(found)
    return found.orders


def _compare(
    pk: int, remote: RemoteOrder, held: Sequence[OrderLine], items: Mapping[str, ChannelItem], found: Difference
) -> None:
    names = rules.line_keys([(line.external_id, line.item.channel_sku) for line in held])
    known = dict(zip(names, held, strict=True))
    told = rules.line_keys([(x.external_id, item_key(x.sku, x.title, x.attributes)) for x in remote.lines])
    for name, facts in zip(told, lines_of(remote, items), strict=True):
        line = known.pop(name, None)
        if line is None:
            found.fresh.append({"order_id": pk, **facts})
            found.orders.add(pk)
            continue
        facts["quantity"] = max(facts["quantity"], line.shipped_quantity)
        differs = {column for column in (*_FACTS, "position") if getattr(line, column) != facts[column]}
        if not differs:
            continue
        found.updates.append({"id": line.pk, **facts})
        if "position" in differs:
            found.moving.append(line.pk)
        if {"quantity", "item_id"} & differs:
            found.orders.add(pk)
    if known:
        found.gone += known.values()
        found.orders.add(pk)


def _write(found: Difference) -> None:
    kept = _remove(found.gone)
    aside = [*found.moving, *kept]
    copying.update_rows(
        OrderLine, ("position",), [{"id": pk, "position": _ASIDE + n} for n, pk in enumerate(sorted(aside))]
    )
    copying.update_rows(OrderLine, (*_FACTS, "position"), found.updates)
    copying.copy_records(OrderLine, found.fresh)


def _remove(gone: Sequence[OrderLine]) -> list[int]:
    """Delete the lines that may go; answers those that stay (they stand last in their order)."""
    free = [line.pk for line in gone if not line.shipped_quantity]
    shipped = [line.pk for line in gone if line.shipped_quantity]
    if not free:
        return shipped
    try:
        with transaction.atomic():
            OrderLine.objects.filter(pk__in=free)._raw_delete(OrderLine.objects.db)
        return shipped
    except IntegrityError:
        return [*shipped, *free]
