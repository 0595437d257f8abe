"""Spans and targets across the change of summer time and on the 29th of February."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from core.clock import WorkCalendar
from orders.rules.clocks import add_span, target_at

CALENDAR = WorkCalendar(frozenset({0, 1, 2, 3, 4, 5}), {})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "value", "unit", "kind", "zone", "due"),
    [
        ("2026-03-07 15:00", "1", "days", "calendar", "America/New_York", "2026-03-08 14:00"),  # 10:00 stays 10:00
        ("2026-03-07 15:00", "24", "hours", "calendar", "America/New_York", "2026-03-08 15:00"),  # hours are hours
        (
            "2026-03-07 07:30",
            "1",
            "days",
            "calendar",
            "America/New_York",
            "2026-03-08 07:30",
        ),  # 02:30 does not exist: 03:30
        ("2026-10-31 05:30", "1", "days", "calendar", "America/New_York", "2026-11-01 05:30"),  # 01:30 twice: the first
        ("2026-10-31 15:00", "1", "days", "business", "America/New_York", "2026-11-02 16:00"),
        ("2028-02-28 10:00", "1", "days", "calendar", "Asia/Shanghai", "2028-02-29 10:00"),
        ("2028-02-26 15:00", "2", "days", "business", "Asia/Shanghai", "2028-02-29 15:00"),
        ("2028-02-29 10:00", "366", "days", "calendar", "Asia/Shanghai", "2029-03-01 10:00"),
        ("2027-02-28 10:00", "1", "days", "calendar", "Asia/Shanghai", "2027-03-01 10:00"),
    ],
)
def test_spans_keep_the_wall_clock(start: str, value: str, unit: str, kind: str, zone: str, due: str) -> None:
    assert add_span(at(start), value, unit, kind, zone_name=zone, calendar=CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("paid", "zone", "target"),
    [
        ("2028-02-28 09:00", "Asia/Shanghai", "2028-02-29 15:59:59"),  # after the cut-off of the 28th
        ("2028-02-29 03:00", "Asia/Shanghai", "2028-02-29 15:59:59"),
        ("2026-03-28 16:00", "Europe/Berlin", "2026-03-30 21:59:59"),  # Saturday evening: Monday, in summer time
        ("2026-10-24 16:00", "Europe/Berlin", "2026-10-26 22:59:59"),
    ],
)
def test_targets_end_with_the_local_day(paid: str, zone: str, target: str) -> None:
    assert target_at(at(paid), cutoff=time(16), zone_name=zone, calendar=CALENDAR) == at(target)
