"""The clocks of an order: when it should leave by our payment promise, when it must leave by the channel's."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from core.clock import WorkCalendar, at_wall, end_of_day, local_day, plus_days, zone


def target_at(paid_at: datetime, *, cutoff: time, zone_name: str, calendar: WorkCalendar) -> datetime:
    """By when the order should leave the house (ORD-16): the end of the working day on which the payment counts.

    Paid before ``cutoff`` on a working day (in the warehouse's zone) counts for that day; later, or on a day off, for the
    next working day.
    """
    day = local_day(paid_at, zone_name)
    local = paid_at.astimezone(zone(zone_name)).time().replace(tzinfo=None)
    if not calendar.works(day) or local >= cutoff:
        day = calendar.next_working_day(day)
    return end_of_day(at_wall(day, time(12), zone_name), zone_name)


def add_span(
    start: datetime, value: str, unit: str, calendar_kind: str, *, zone_name: str, calendar: WorkCalendar
) -> datetime:
    """``start`` plus a span of a deadline row: hours, or days at the same wall-clock time; ``business`` counts worked days.

    Raises ``ValueError`` for a unit it does not know.
    """
    amount = Decimal(value)
    if unit in ("minutes", "hours"):
        return start + timedelta(minutes=float(amount) * (60 if unit == "hours" else 1))
    if unit != "days":
        raise ValueError(f"unknown unit {unit!r}")
    if calendar_kind == "business":
        local = start.astimezone(zone(zone_name))
        day = calendar.add_working_days(local.date(), 0)
        wall = local.time().replace(tzinfo=None) if day == local.date() else time(0)
        return at_wall(calendar.add_working_days(day, int(amount)), wall, zone_name)
    return plus_days(start, int(amount), zone_name)


def wall_time(text: str) -> time:
    """A wall-clock time written as 16:00. Raises ``ValueError``."""
    hour, minute = text.strip().split(":")[:2]
    return time(int(hour), int(minute))
