"""Orders with lines, addresses and articles."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Store
from core.audit import SYSTEM
from customers.models import Buyer
from orders.models import Order, OrderAddress, OrderLine, OrderRule
from orders.services import intake
from products.models import ChannelItem, Sku, SkuMatch
from tests.factories.accounts import make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
_count = itertools.count(1)


def make_buyer(store: Store, **facts: Any) -> Buyer:
    """A buyer of the store."""
    number = next(_count)
    given = {
        "key": f"buyer-{number}", "name": f"Maria Santos {number}", "email": f"maria{number}@example.com", "country": "BR",
        "language": "en", "created_at": NOW, "first_order_at": NOW,
    }  # fmt: skip
    return Buyer._base_manager.create(store=store, **{**given, **facts})


def make_item(store: Store, code: str = "", sku: Sku | None = None, pieces: int = 1, **facts: Any) -> ChannelItem:
    """A channel SKU, matched when an article is given."""
    code = code or f"CH-{next(_count):05}"
    found = ChannelItem._base_manager.filter(store=store, channel_sku=code).first()
    if found is not None:
        return found
    item = ChannelItem._base_manager.create(
        store=store, channel_sku=code, matched=sku is not None, first_seen_at=NOW, **{"title": f"Title {code}", **facts}
    )
    if sku is not None:
        SkuMatch._base_manager.create(item=item, sku=sku, quantity=pieces)
    return item


def make_order(
    store: Store | None = None, *, lines: Any = None, state: str = "new", assess: bool = False, now: datetime = NOW,
    address: dict[str, str] | None = None, **facts: Any,
) -> Order:  # fmt: skip
    """An order as an import leaves it. ``lines``: (channel SKU, pieces) pairs or mappings; ``assess`` looks at it at once."""
    store = store or make_store()
    number = next(_count)
    buyer = facts.pop("buyer", None) or make_buyer(store)
    rows = [
        row if isinstance(row, dict) else {"item": row[0], "quantity": row[1]}
        for row in (lines or [(make_item(store), 1)])
    ]
    goods = sum((Decimal(row.get("unit_price", "5")) * row["quantity"] for row in rows), Decimal(0))
    given = {
        "external_id": f"80{number:08}", "number": f"80{number:08}", "state": state,
        "stage": "unpaid" if state == "unpaid" else "to_approve",
        "buyer": buyer, "buyer_name": buyer.name, "country": "BR", "currency": "USD", "goods_total": goods, "total": goods,
        "pieces": sum(row["quantity"] for row in rows), "shipping_method": "AliExpress Standard Shipping",
        "placed_at": now - timedelta(hours=3),
        "paid_at": None if state == "unpaid" else now - timedelta(hours=2), "imported_at": now, "search": buyer.name.upper(),
    }  # fmt: skip
    order = Order._base_manager.create(store=store, **{**given, **facts})
    for position, row in enumerate(rows, 1):
        price = Decimal(row.pop("unit_price", "5"))
        OrderLine._base_manager.create(
            order=order,
            position=position,
            unit_price=price,
            total=price * row["quantity"],
            **{"title": row["item"].title, **row},
        )
    OrderAddress._base_manager.create(
        order=order, changed_at=now,
        **{"recipient": buyer.name, "phone": "+55 11 91234 5678", "line1": "Rua A 1", "city": "São Paulo", "state": "SP",
           "postcode": "01310-100", "country": order.country, **(address or {})},
    )  # fmt: skip
    if assess:
        make_warehouse()
        intake.assess_many(order_ids=[order.pk], actor=SYSTEM, now=now)
        order.refresh_from_db()
    return order


def _orders(store: Any, count: int, person: Any) -> None:
    """Orders of all kinds, some facts missing here and there."""
    make_warehouse()
    sku = Sku.objects.filter(code="ROWS").first() or make_sku("ROWS", on_hand=3)
    kinds = [
        {"state": "new", "note": "red, size M please"}, {"state": "unpaid", "country": "DE", "paid_at": None},
        {"state": "new", "channel_facts": {"risk": True}, "country": "RU"}, {"state": "completed", "stage": "completed", "country": "SA"},
        {"state": "new", "history": True, "stage": "history"}, {"state": "new", "buyer_name": "محمد علي", "country": "SA"},
    ]  # fmt: skip
    for i in range(count):
        number = next(_count)
        items = [make_item(store, f"R-{store.code}", sku=sku), make_item(store, f"U-{store.code}-{number % 3}")][
            : 1 + number % 2
        ]
        make_order(
            store, lines=[(item, 1 + number % 3) for item in items], placed_at=NOW - timedelta(days=number % 9, minutes=number % 90), assess=i % 3 != 2,
            **kinds[number % len(kinds)],
        )  # fmt: skip


def _rules(store: Any, count: int, person: Any) -> None:
    for _i in range(count):
        number = next(_count)
        OrderRule.objects.create(
            name=f"Rule {number}", position=number % 5, active=number % 2 == 0, store=store if number % 3 else None,
            conditions={"country": ["BR", "DE"], "total": {"gte": "10"}}, set_service="YW" if number % 2 else "", set_flag="blue",
        )  # fmt: skip


LISTING_ROWS = {"orders": Rows(_orders), "lines": Rows(_orders), "order-rules": Rows(_rules, owned=False)}
