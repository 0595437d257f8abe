"""Remote orders as channels and files tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Store
from stores.contracts import RemoteAddress, RemoteLine, RemoteOrder

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def a_store(code: str = "shop", **facts: Any) -> Store:
    """A store of the sandbox kind."""
    defaults = {
        "name": code.title(),
        "kind": "sandbox",
        "currency": "USD",
        "time_zone": "Asia/Shanghai",
        "created_at": NOW,
    }
    return Store.objects.create(code=code, **(defaults | facts))


def a_line(sku: str = "A-1", quantity: int = 2, price: str | None = "4.50", **facts: Any) -> RemoteLine:
    """One line."""
    return RemoteLine(
        sku=sku,
        quantity=quantity,
        unit_price=None if price is None else Decimal(price),
        **({"title": f"Article {sku}"} | facts),
    )


def an_order(number: str = "8001", **facts: Any) -> RemoteOrder:
    """A paid order of yesterday to Brazil with two lines."""
    defaults: dict[str, Any] = {
        "external_id": number, "number": number, "status": "paid", "placed_at": NOW - timedelta(days=1), "currency": "USD",
        "country": "BR", "lines": (a_line(), a_line("B-2", 1, "1.25")), "buyer_login": f"buyer{number}", "buyer_name": "Ana Lima",
        "buyer_email": f"buyer{number}@example.com", "paid_at": NOW - timedelta(hours=20),
        "address": RemoteAddress("Ana Lima", "+55 11 91234 5678", "Rua A 1", "", "São Paulo", "SP", "01310-100"),
        "shipping_fee": Decimal("3.00"), "shipping_method": "AliExpress Standard Shipping",
    }  # fmt: skip
    return RemoteOrder(**(defaults | facts))
