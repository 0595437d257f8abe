"""Calendar questions: "same day", "noon", "end of day", "next working day", asked in a named zone.

Nothing here reads the clock except :func:`utcnow`, which only doors call. Everything else takes ``now``. Times are aware
and kept in UTC; a wall-clock answer is made in the zone and turned back. A wall-clock time that a daylight-saving change
skips is moved forward by the gap; one that occurs twice means the first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_simulated: ContextVar[datetime | None] = ContextVar("simulated_now", default=None)


def utcnow() -> datetime:
    """The present moment in UTC. For doors only (views, tasks, commands, subscribers)."""
    return _simulated.get() or datetime.now(UTC)


@contextlib.contextmanager
def simulated(now: datetime) -> Iterator[None]:
    """Inside, every door believes it is ``now``: commands with ``--now`` and the pretend shop's past live in it."""
    mark = _simulated.set(now)
    try:
        yield
    finally:
        _simulated.reset(mark)


#: A moment so near to the present needs no pretending.
PRESENT = timedelta(minutes=1)


def meaning(now: datetime) -> contextlib.AbstractContextManager[None]:
    """Inside, every door means ``now``: pretended (:func:`simulated`) unless it is the present anyway. Under a pretended time
    what is sent off for later is done at once, which the worker of the real clock must not do: it would talk to channels
    in the middle of its duties, without their pace.
    """
    if not is_simulated() and abs(utcnow() - now) < PRESENT:
        return contextlib.nullcontext()
    return simulated(now)


def is_simulated() -> bool:
    """Whether a pretended time runs here."""
    return _simulated.get() is not None


def zone(name: str) -> ZoneInfo:
    """The zone called ``name``; raises ``ValueError`` with the name when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def local_day(moment: datetime, zone_name: str) -> date:
    """The calendar day of ``moment`` in the zone."""
    return moment.astimezone(zone(zone_name)).date()


def at_wall(day: date, wall: time, zone_name: str) -> datetime:
    """``wall`` o'clock on ``day`` in the zone, as UTC."""
    local = datetime.combine(day, wall, tzinfo=zone(zone_name))
    back = local.astimezone(UTC).astimezone(zone(zone_name))
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):  # the wall time does not exist that day
        return (local.replace(fold=0)).astimezone(UTC)
    return local.astimezone(UTC)


def end_of_day(moment: datetime, zone_name: str) -> datetime:
    """The last second of the local day of ``moment``, as UTC."""
    return at_wall(local_day(moment, zone_name) + timedelta(days=1), time(0), zone_name) - timedelta(seconds=1)


def start_of_day(moment: datetime, zone_name: str) -> datetime:
    """Local midnight that began the day of ``moment``, as UTC."""
    return at_wall(local_day(moment, zone_name), time(0), zone_name)


def plus_days(moment: datetime, days: int, zone_name: str) -> datetime:
    """The same wall-clock time ``days`` calendar days later in the zone (so 30 days stay 30 days across a DST change)."""
    local = moment.astimezone(zone(zone_name))
    return at_wall(local.date() + timedelta(days=days), local.time().replace(tzinfo=None), zone_name)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: weekdays (Monday 0) plus exceptions (holiday False, make-up day True)."""

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4, 5})
    exceptions: dict[date, bool] = field(default_factory=dict)
    #: What :meth:`add_working_days` answered: an import asks for the same few days thousands of times.
    _known: dict[tuple[date, int], date] = field(default_factory=dict, init=False, repr=False, compare=False)

    def works(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        return self.exceptions.get(day, day.weekday() in self.weekdays)

    def next_working_day(self, day: date) -> date:
        """The first worked day after ``day``. A calendar without any worked day within a year answers the next day."""
        return self._find(day, lambda d: d + timedelta(days=1))

    def _find(self, day: date, step: Callable[[date], date]) -> date:
        found = day
        for _ in range(366):
            found = step(found)
            if self.works(found):
                return found
        return step(day)

    def add_working_days(self, day: date, count: int) -> date:
        """The worked day ``count`` worked days after ``day``; with 0 the day itself or the next worked one."""
        found = self._known.get((day, count))
        if found is None:
            found = day if self.works(day) else self.next_working_day(day)
            for _ in range(count):
                found = self.next_working_day(found)
            self._known[day, count] = found
        return found
