"""Daily figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from reports.models import DailyFigure, DailyMoney
from tests.factories.accounts import NOW
from tests.house.rows import Rows


def _days(store: Any, count: int, person: Any) -> None:
    there = DailyFigure.objects.filter(store=store).count()
    for n in range(there, there + count):
        day = NOW.date() - timedelta(days=n)
        DailyFigure.objects.create(store=store, day=day, placed=n, paid=n % 3, stars_5=n % 2)
        if n % 2:
            DailyMoney.objects.create(store=store, day=day, currency="USD", revenue=Decimal(n))


LISTING_ROWS = {"daily-figures": Rows(_days)}
