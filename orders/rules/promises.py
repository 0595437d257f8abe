"""What we tell a buyer about time."""

from __future__ import annotations

from datetime import date, datetime

from core.clock import WorkCalendar, local_day


def told_date(
    target_at: datetime, ship_by: datetime | None, *, days: int, zone_name: str, calendar: WorkCalendar
) -> date:
    """The day we name to the buyer for the dispatch: ``days`` working days counted from the day the payment counts
    (that day is the first), never later than the channel's latest dispatch."""
    day = calendar.add_working_days(local_day(target_at, zone_name), max(days, 1) - 1)
    return min(day, local_day(ship_by, zone_name)) if ship_by else day
