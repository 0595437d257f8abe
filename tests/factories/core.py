"""Rows of the machinery's own lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.models import Job
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def make_jobs(store: Any, count: int, person: Any) -> None:
    """Jobs that ``person`` asked for, in every state."""
    states = Job.State.values
    Job.objects.bulk_create(
        Job(kind="core.export", title=f"Export {i}", state=states[i % len(states)], requester=person, actor=person.actor.as_json(),
            created_at=NOW + timedelta(minutes=i), total=i, done=i, finished_at=None if i % 3 else NOW)
        for i in range(count)
    )  # fmt: skip


LISTING_ROWS = {"jobs": Rows(make_jobs, owned=False)}
