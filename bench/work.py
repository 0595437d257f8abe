"""Figures of entering orders one by one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client

from bench.imports import stock
from bench.measure import once, statements
from bench.rows import Row, row
from core.audit import SYSTEM


def poster(now: datetime, lines: int = 3) -> Callable[[], Any]:
    """A call that creates one order of so many lines by REST."""
    from accounts import services as people

    stock(now)
    _token, key = people.create_token(program="bench", role="manager", actor=SYSTEM, now=now)
    browser, stamp = Client(), time.time_ns()
    counter = iter(range(10**9))

    def post() -> Any:
        count = next(counter)
        number, buyer = f"API{stamp}-{count}", f"{stamp % 10_000}-{count}"  # each order comes from a new buyer
        body = {
            "store": "bench-1",
            "order_no": number,
            "placed_at": now.isoformat(),
            "paid_at": now.isoformat(),
            "status": "paid",
            "currency": "USD",
            "country": "US",
            "buyer_name": f"Ann {buyer}",
            "buyer_email": f"ann{buyer}@example.com",
            "address1": f"{count} Main Street",
            "city": "Town",
            "postcode": "10001",
            "shipping_method": "China Post Registered Air Mail",
            "lines": [
                {"sku": f"BN-{i:04d}", "title": "Bench article", "quantity": 1, "unit_price": "9.90"}
                for i in range(1, lines + 1)
            ],
        }
        answer = browser.post(
            "/api/v1/orders/",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}", "idempotency-key": number},
        )
        assert answer.status_code == 201, (answer.status_code, answer.content[:400])
        return answer

    return post


def create_orders(now: datetime) -> list[Row]:
    """P6: one order by API, with reservation, assessment, duties and history; and whether more lines take more statements."""
    few, many = poster(now), poster(now, lines=30)
    counted = [statements(post) for post in (few, many)]
    cpu, wall = zip(*[once(few, 10) for _ in range(5)], strict=True)
    speed = 1 / statistics.median(wall)
    return [
        row(
            "P6",
            "one order of 3 lines by API",
            f"{speed:.0f}/s, {statistics.median(cpu) * 1000:.1f} ms CPU, {counted[0]} SQL (30 lines: {counted[1]})",
            goal="≥ 60/s, ≤ 20 SQL for any number of lines",
            reached=speed >= 60 and max(counted) <= 20,
        )
    ]
