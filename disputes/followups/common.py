"""What the duties of this app share."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Store
from core import policies as house
from core.clock import plus_days
from core.listing.columns import address
from disputes import policies


def page(name: str, pk: int) -> str:
    head, tail = address(name)
    return f"{head}{pk}{tail}"


def name_by(since: datetime, store: Store, now: datetime) -> datetime:
    """By when a root cause is named."""
    return plus_days(since, int(house.value(policies.NAME_CAUSE_DAYS, now, store.pk)), store.time_zone)
