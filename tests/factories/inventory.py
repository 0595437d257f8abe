"""Warehouses, articles on shelves."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from core.audit import SYSTEM
from inventory.models import Warehouse
from inventory.services import stock
from products.models import Sku

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
_count = itertools.count(1)


def make_warehouse(code: str = "MAIN", **facts: object) -> Warehouse:
    """The warehouse called ``code``; the first one made is the default."""
    found = Warehouse.objects.filter(code=code).first()
    if found is not None:
        return found
    facts.setdefault("is_default", not Warehouse.objects.filter(is_default=True).exists())
    return Warehouse.objects.create(code=code, name=f"Warehouse {code}", **facts)


def make_sku(code: str = "", *, on_hand: int = 0, warehouse: Warehouse | None = None, bin: str | None = None, **facts: object) -> Sku:
    """An article, with pieces on the shelf when asked for."""
    code = code or f"SKU-{next(_count):05}"
    facts.setdefault("name_en", f"Article {code}")
    sku = Sku.objects.create(code=code, created_at=NOW, **facts)
    if on_hand:
        fill(sku, on_hand, warehouse=warehouse, bin=bin)
    return sku


def fill(sku: Sku, pieces: int, *, warehouse: Warehouse | None = None, bin: str | None = None) -> None:
    """Put pieces on the shelf through the ledger."""
    stock.receive(
        warehouse=warehouse or make_warehouse(), rows=[(sku.pk, pieces, bin)], reference=f"FILL-{next(_count)}", actor=SYSTEM, now=NOW
    )
