"""Periods, comparisons and the geometry of charts: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

PERIODS = {"today": 1, "7": 7, "30": 30, "90": 90, "12m": 365}
#: Longer periods are drawn by week.
BY_DAY = 92
LONGEST = 1100


@dataclass(frozen=True)
class Period:
    """The days of a report, both ends included; ``name`` is the choice it came from, "own" for entered days."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The same number of days just before."""
        return Period("before", self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def by_week(self) -> bool:
        """Whether it is drawn by week."""
        return self.days > BY_DAY


def period(name: str, first: date | None, last: date | None, today: date) -> Period:
    """The period asked for: a named one up to ``today``, or from day to day. Refuses days in the wrong order (``ValueError``)."""
    if name in PERIODS:
        return Period(name, today - timedelta(days=PERIODS[name] - 1), today)
    end = last or today
    begin = first or end - timedelta(days=29)
    if begin > end:
        raise ValueError("order")
    if (end - begin).days >= LONGEST or begin.year < 1970 or end.year > 2200:
        raise ValueError("length")
    return Period("own", begin, end)


def runs_of(days: Iterable[date], gap: int = 3) -> list[tuple[date, date]]:
    """Days as few runs (first, last); days at most ``gap`` apart share a run."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and (day - runs[-1][1]).days <= gap:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def share(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` as a fraction; None of nothing."""
    return Decimal(part) / Decimal(whole) if whole else None


@dataclass(frozen=True)
class Change:
    """Against the period before: the difference, its share of before (None of nothing), and whether it is for the better
    (None: neither)."""

    before: Decimal
    difference: Decimal
    share: Decimal | None
    better: bool | None


def change(now: Decimal | int | None, before: Decimal | int | None, more_is_better: bool | None) -> Change | None:
    """The change from ``before`` to ``now``; None when one of both is not known."""
    if now is None or before is None:
        return None
    difference = Decimal(now) - Decimal(before)
    better = None if more_is_better is None or not difference else (difference > 0) == more_is_better
    return Change(Decimal(before), difference, difference / Decimal(before) if before else None, better)


def buckets(period: Period) -> list[tuple[date, date]]:
    """The days of a chart, or its weeks from Monday (cut at the ends of the period)."""
    if not period.by_week:
        return [(day := period.first + timedelta(days=n), day) for n in range(period.days)]
    found, begin = [], period.first
    while begin <= period.last:
        end = min(begin + timedelta(days=6 - begin.weekday()), period.last)
        found.append((begin, end))
        begin = end + timedelta(days=1)
    return found


def nice_top(highest: Decimal | int) -> Decimal:
    """The end of an axis: 1, 2, 4, 6 or 8 times a power of ten, not below ``highest``."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(10) ** (Decimal(highest).adjusted())
    for step in (1, 2, 4, 6, 8, 10):
        if power * step >= highest:
            return power * step
    return power * 10


def points(values: Sequence[Decimal | int], width: int, height: int, top: Decimal, pad: int = 2) -> str:
    """A line through ``values`` as the ``points`` of an SVG polyline, each in the middle of its column."""
    if not values:
        return ""
    column = Decimal(width) / len(values)
    span = Decimal(height - 2 * pad)
    places = (
        (column * n + column / 2, Decimal(height - pad) - Decimal(value) / top * span) for n, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
