"""Daily figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.models import ActivityEntry
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


def _lines(store: Any, count: int, person: Any) -> None:
    verbs = [("orders.order", "order.hold"), ("orders.order", "order.flag"), ("core.policyvalue", "policy.set")]
    there = ActivityEntry.objects.filter(store_ref=store.pk).count()
    for n in range(there, there + count):
        kind, verb = verbs[n % 3]
        ActivityEntry.objects.create(
            subject_type=kind, subject_id=n + 1, store_ref=store.pk, verb=verb, text="%(note)s" if n % 2 else "",
            params={"note": f"n{n}", "changes": {"cost": ["1", "2"]}} if n % 2 else {}, reason="why" if n % 4 == 0 else "",
            actor_kind=["user", "system", "token"][n % 3], actor_ref=person.pk if n % 3 == 0 else None,
            actor_label=["Li", "clock", "ERP"][n % 3], at=NOW - timedelta(days=n),
        )  # fmt: skip


LISTING_ROWS = {"operations-log": Rows(_lines), "daily-figures": Rows(_days)}
