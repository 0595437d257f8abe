"""Warehouses, articles on shelves."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from core.audit import SYSTEM
from inventory.models import Bin, Warehouse
from inventory.services import stock
from products.models import Sku
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
_count = itertools.count(1)


def make_warehouse(code: str = "MAIN", **facts: object) -> Warehouse:
    """The warehouse called ``code``; the first one made is the default."""
    found = Warehouse.objects.filter(code=code).first()
    if found is not None:
        return found
    facts.setdefault("is_default", not Warehouse.objects.filter(is_default=True).exists())
    facts.setdefault("name", f"Warehouse {code}")
    return Warehouse.objects.create(code=code, **facts)


def make_sku(
    code: str = "", *, on_hand: int = 0, warehouse: Warehouse | None = None, bin: str | None = None, **facts: object
) -> Sku:
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
        warehouse=warehouse or make_warehouse(),
        rows=[(sku.pk, pieces, bin)],
        reference=f"FILL-{next(_count)}",
        actor=SYSTEM,
        now=NOW,
    )


def _stock(store: object, count: int, person: object) -> None:
    """Articles with and without bin, some promised, some short."""
    house = make_warehouse()
    wants = []
    for i in range(count):
        number = next(_count)
        sku = make_sku(
            on_hand=number % 4, bin=f"A-{number % 3:02}" if number % 2 else None, name_zh="丝巾" if number % 3 else ""
        )
        wants.append(stock.Want(number, number, sku.pk, house.pk, 1 + i % 3))
    stock.reserve(wants=wants, actor=SYSTEM, now=NOW)


def _movements(store: object, count: int, person: object) -> None:
    for _i in range(count):
        number = next(_count)
        make_sku(on_hand=1 + number % 5)


def _warehouses(store: object, count: int, person: object) -> None:
    for _i in range(count):
        make_warehouse(f"W{next(_count)}", country="CN")


def _bins(store: object, count: int, person: object) -> None:
    Bin.objects.bulk_create(
        Bin(warehouse=make_warehouse(), code=f"B-{next(_count):04}", sort="") for _i in range(count)
    )


LISTING_ROWS = {
    "stock": Rows(_stock, owned=False), "movements": Rows(_movements, owned=False), "warehouses": Rows(_warehouses, owned=False),
    "bins": Rows(_bins, owned=False),
}  # fmt: skip
