"""Duties of every state."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.house.rows import Rows
from worklist.choices import Group
from worklist.models import Duty

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_count = itertools.count(1)
STATES = ["open", "claimed", "stuck", "planned", "snoozed", "done", "cancelled"]


def _duties(store: Any, count: int, person: Any) -> None:
    for n in range(count - Duty.objects.filter(store=store).count()):
        state = STATES[n % len(STATES)]
        Duty.objects.create(
            rule=["logistics.parcel_step", "orders.unpaid"][n % 2], subject_type="logistics.parcel", subject_id=next(_count), store=store,
            state=state, doer="clock" if state in ("planned", "stuck") else "person", role=["service", "warehouse"][n % 2],
            owner=person if state == "claimed" else None, group=list(Group)[n % 5], band=n % 4, due_at=NOW + timedelta(hours=n),
            snoozed_until=NOW if state == "snoozed" else None, closed_at=NOW if state in ("done", "cancelled") else None,
            stake=Decimal(n) if n % 3 else None, stake_currency="USD" if n % 3 else "", rank=Decimal(n), created_at=NOW,
            facts={"number": f"N{n}"} if n % 2 else {},
        )  # fmt: skip


LISTING_ROWS = {"duties": Rows(_duties)}
