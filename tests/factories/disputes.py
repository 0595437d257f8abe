"""Ratings."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from disputes.models import Feedback
from tests.factories import parcels as make
from tests.house.rows import Rows

_count = itertools.count(1)


def _ratings(store: Any, count: int, person: Any) -> None:
    for n in range(count - Feedback.objects.filter(store=store).count()):
        Feedback.objects.create(
            store=store, order=make.order(store), external_id=f"r{next(_count)}", stars=1 + n % 5, text="nice" if n % 2 else "",
            given_at=make.NOW - timedelta(days=n), received_at=make.NOW,
        )  # fmt: skip


LISTING_ROWS = {"feedback": Rows(_ratings)}
