"""When a note must reach the warehouse, and which pick-up it can make.

Three clocks are kept apart (DSP-23): the payment cut-off and the channel's latest dispatch stand on the order; here are the
note's own time and the carrier's pick-up. All answers are UTC; wall-clock times are asked in the warehouse's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from core.clock import WorkCalendar, at_wall, zone


@dataclass(frozen=True)
class NoteTimes:
    """House times of notes: ready by ``ready_am`` -> due ``due_am``; ready by ``ready_pm`` -> due ``due_pm`` the same worked
    day; later -> ``due_next`` on the next worked day. ``pickup``: where a carrier has no time of its own."""

    ready_am: time = time(10)
    due_am: time = time(12)
    ready_pm: time = time(16)
    due_pm: time = time(16, 30)
    due_next: time = time(10, 30)
    pickup: time = time(17)


def parse_time(text: str, default: time) -> time:
    """A wall-clock time written as HH:MM; ``default`` when it cannot be read."""
    try:
        hours, minutes = text.strip().split(":")[:2]
        return time(int(hours), int(minutes))
    except ValueError:
        return default


def note_due(ready_at: datetime, *, times: NoteTimes, calendar: WorkCalendar, zone_name: str) -> datetime:
    """By when the note of an order that became ready at ``ready_at`` must be with the warehouse."""
    local = ready_at.astimezone(zone(zone_name))
    day, wall = local.date(), local.time().replace(tzinfo=None)
    if calendar.works(day):
        if wall <= times.ready_am:
            return at_wall(day, times.due_am, zone_name)
        if wall <= times.ready_pm:
            return at_wall(day, times.due_pm, zone_name)
    return at_wall(calendar.next_working_day(day), times.due_next, zone_name)


def pickup_after(moment: datetime, *, pickup: time, calendar: WorkCalendar, zone_name: str) -> datetime:
    """The first pick-up of the carrier at or after ``moment`` on a worked day."""
    day: date = moment.astimezone(zone(zone_name)).date()
    at = at_wall(day, pickup, zone_name)
    if calendar.works(day) and at >= moment:
        return at
    return at_wall(calendar.next_working_day(day), pickup, zone_name)


def working_days_later(moment: datetime, days: int, *, calendar: WorkCalendar, zone_name: str) -> datetime:
    """The same wall-clock time ``days`` worked days later."""
    local = moment.astimezone(zone(zone_name))
    return at_wall(calendar.add_working_days(local.date(), days), local.time().replace(tzinfo=None), zone_name)
