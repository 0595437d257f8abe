"""Lanes with a past: many parcels at once, in any state, without the duties of following."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from logistics.models import Lane, Parcel, Service
from tests.factories import parcels as make
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_count = itertools.count(1)


def lognormal(
    number: int, *, median: float = 28, sigma: float = 0.35, lost: float = 0.0, seed: int = 1
) -> list[float | None]:
    """Days to arrival; None never arrives."""
    chance = random.Random(seed)
    return [None if chance.random() < lost else median * math.exp(chance.gauss(0, sigma)) for _ in range(number)]


def spread(days: Iterable[float | None], *, over: float, now: datetime = NOW) -> list[tuple[datetime, float | None]]:
    """Hand these parcels over evenly during the ``over`` days before ``now``."""
    rows = list(days)
    step = over / max(len(rows), 1)
    return [(now - timedelta(days=over - n * step), value) for n, value in enumerate(rows)]


def fill(
    rows: Iterable[tuple[datetime, float | None]],
    *,
    service: Service | None = None,
    country: str = "DE",
    store: Any = None,
    now: datetime = NOW,
    order: Any = None,
    ends: str = "",
) -> list[Parcel]:
    """Parcels handed over at these times that arrive after these days, as they stand at ``now``. What never arrives is
    under way, or ended as ``ends`` says after 70 days."""
    shop = store or make.store()
    held, way = order or make.order(shop, country=country), service or make.service()
    made = []
    for shipped, days in rows:
        there = None if days is None else shipped + timedelta(days=days)
        given: dict[str, Any] = {"state": "shipped", "next_check_at": now, "tracking_state": "in_transit"}
        if there is not None and there <= now:
            given = {"state": "delivered", "delivered_at": there, "settled_at": there, "tracking_state": "delivered"}
        elif days is None and ends and shipped + timedelta(days=70) <= now:
            given = {"state": ends, "settled_at": shipped + timedelta(days=70), "tracking_state": "lost"}
        number = next(_count)
        made.append(Parcel(
            number=f"PL-{number}", store=shop, order=held, service=way, country=country, tracking_number=f"RL{number:09}CN",
            shipped_at=shipped, created_at=shipped, promised_by=shipped + timedelta(days=60), **given,
        ))  # fmt: skip
    return Parcel._base_manager.bulk_create(made)


def lane(country: str = "DE", code: str = "CP_REG") -> Lane:
    """The reckoned lane."""
    return Lane.objects.select_related("service").get(service__code=code, country=country)


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


def _lanes(store: Any, count: int, person: Any) -> None:
    """Lanes of every level; some slower, some blind, some that answer nothing."""
    for n in range(count - Lane.objects.count()):
        known = n % 3 > 0
        Lane.objects.create(
            service=make.service(["CP_REG", "EMS", "CP_ORD"][n % 3]), country=f"{chr(65 + next(_count) % 26)}{chr(65 + n % 26)}",
            as_of=NOW.date(), reckoned_at=NOW, reach=["full", "none"][n % 2], blind=bool(n % 2), parcels=40 + n, arrived=n, open=20,
            lost=n % 4, returned=n % 2, unsaid=0, level=["", "lane", "country"][n % 3], few=not known, basis_parcels=n, basis_arrived=n,
            half_days=20 + n if known else None, most_days=40 + n if known else None, most_low=38 if known else None,
            most_high=None, lost_days=60, lost_share=0.02 if known else None, promise_days=60 if n % 5 else None,
            kept_share=0.9 if known else None, advised_days=45 if known else None, slower=n % 4 == 1,
            slower_since=NOW.date() if n % 4 == 1 else None,
        )  # fmt: skip


LISTING_ROWS = {"lanes": Rows(_lanes, owned=False)}
