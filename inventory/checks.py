"""The promises about stock (G2), searched in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet

from core.invariants import invariant
from inventory.models import Balance, Reservation
from inventory.services.shelf import fetch


@invariant("G2", "every balance equals the sum of its ledger")
def balances_beside_the_ledger(now: datetime) -> Iterable[str]:
    """Places whose on-hand figure is not the sum of their movements."""
    rows = fetch(
        "SELECT coalesce(b.sku_id, m.sku_id), coalesce(b.warehouse_id, m.warehouse_id), coalesce(b.on_hand, 0), coalesce(m.total, 0) "
        "FROM inventory_balance b FULL JOIN (SELECT sku_id, warehouse_id, sum(quantity) AS total FROM inventory_movement "
        "GROUP BY 1, 2) m ON m.sku_id = b.sku_id AND m.warehouse_id = b.warehouse_id "
        "WHERE coalesce(b.on_hand, 0) <> coalesce(m.total, 0)",
        [],
    )
    return [f"SKU {sku} in warehouse {house}: balance {hand}, ledger {total}" for sku, house, hand, total in rows]


@invariant("G2", "reserved pieces equal the sum of open promises")
def reserved_beside_the_promises(now: datetime) -> Iterable[str]:
    """Places whose reserved figure is not the sum of what reservations hold and have not shipped."""
    rows = fetch(
        "SELECT coalesce(b.sku_id, r.sku_id), coalesce(b.warehouse_id, r.warehouse_id), coalesce(b.reserved, 0), "
        "coalesce(r.total, 0) FROM inventory_balance b FULL JOIN (SELECT sku_id, warehouse_id, sum(held - consumed) AS total "
        "FROM inventory_reservation GROUP BY 1, 2) r ON r.sku_id = b.sku_id AND r.warehouse_id = b.warehouse_id "
        "WHERE coalesce(b.reserved, 0) <> coalesce(r.total, 0)",
        [],
    )
    return [f"SKU {sku} in warehouse {house}: reserved {kept}, promised {total}" for sku, house, kept, total in rows]


@invariant("G2", "stock is never negative and never oversold")
def oversold(now: datetime) -> QuerySet[Balance]:
    """Balances below zero or with more promised than there is."""
    return Balance.objects.filter(Q(on_hand__lt=0) | Q(reserved__lt=0) | Q(reserved__gt=F("on_hand")))


@invariant("G2", "what was shipped equals the issues in the ledger")
def shipped_beside_the_ledger(now: datetime) -> Iterable[str]:
    """SKUs whose issued pieces differ from what reservations say was shipped."""
    rows = fetch(
        "SELECT coalesce(m.sku_id, r.sku_id), coalesce(m.total, 0), coalesce(r.total, 0) FROM (SELECT sku_id, "
        "-sum(quantity) AS total FROM inventory_movement WHERE kind = 'issue' GROUP BY 1) m FULL JOIN (SELECT sku_id, "
        "sum(consumed) AS total FROM inventory_reservation GROUP BY 1) r ON r.sku_id = m.sku_id "
        "WHERE coalesce(m.total, 0) <> coalesce(r.total, 0)",
        [],
    )
    return [f"SKU {sku}: ledger issued {issued}, orders shipped {shipped}" for sku, issued, shipped in rows]


@invariant("G2", "nobody waits for goods that are free")
def waiting_beside_free_goods(now: datetime) -> Iterable[str]:
    """Places with free pieces although a reservation lacks some."""
    rows = fetch(
        "SELECT b.sku_id, b.warehouse_id, b.on_hand - b.reserved FROM inventory_balance b WHERE b.on_hand > b.reserved AND EXISTS "
        "(SELECT 1 FROM inventory_reservation r WHERE r.sku_id = b.sku_id AND r.warehouse_id = b.warehouse_id "
        "AND r.state = 'open' AND r.held < r.wanted)",
        [],
    )
    return [f"SKU {sku} in warehouse {house}: {free} free" for sku, house, free in rows]


@invariant("G2", "a closed promise holds nothing")
def closed_promises_that_hold(now: datetime) -> QuerySet[Reservation]:
    """Released or shipped reservations that still keep stock."""
    return Reservation.objects.exclude(state="open").filter(held__gt=F("consumed"))
