"""The share of parcels that have arrived by a day, by Kaplan and Meier (1958): a parcel that has not arrived counts as "not
within the days it has been under way" instead of being left out, so slow parcels make a lane slow before they arrive.

The band is Greenwood's variance on the scale of log(-log S) (Kalbfleisch and Prentice), which stays between 0 and 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TypeVar

#: The part of the parcels that must still be in sight where there are few.
WHOLE = 0.5
#: Days are whole in this house; the sums are right for any.
Day = TypeVar("Day", int, float)
#: Two shares nearer than this are the same: 3 of 10 must reach 30 %.
NEAR = 1e-12


@dataclass(frozen=True)
class Step:
    """One point of the curve: of ``at_risk`` parcels still out, ``arrived`` came on this day and ``left`` are only known up
    to it. ``out`` is the share that has not arrived by the end of the day, within ``low`` to ``high``."""

    day: float
    at_risk: int
    arrived: int
    left: int
    out: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that has arrived."""
        return 1.0 - self.out


@dataclass(frozen=True)
class Curve:
    """The curve of some parcels. Beyond its last step nothing is known, unless everything has arrived."""

    steps: tuple[Step, ...] = ()
    _days: tuple[float, ...] = field(default=(), repr=False, compare=False)

    @property
    def parcels(self) -> int:
        """Parcels behind it."""
        return self.steps[0].at_risk if self.steps else 0

    @property
    def arrived(self) -> int:
        """Those of them that arrived."""
        return sum(step.arrived for step in self.steps)

    @property
    def last(self) -> float:
        """The last day anything is known of."""
        return self._days[-1] if self._days else 0.0

    def at(self, day: float) -> Step | None:
        """The step in force on ``day``; None before the first."""
        place = bisect_right(self._days, day)
        return self.steps[place - 1] if place else None

    def out(self, day: float) -> float:
        """The share that has not arrived by the end of ``day``."""
        step = self.at(day)
        return 1.0 if step is None else step.out

    def knows(self, day: float) -> bool:
        """Whether the curve reaches that day: somebody was followed so long, or nobody is out any more."""
        return bool(self.steps) and (day <= self.last or self.steps[-1].out <= 0.0)

    def followed_beyond(self, day: float) -> int:
        """Parcels that were followed longer than ``day`` and had not arrived by its end."""
        place = bisect_right(self._days, day)
        return self.steps[place].at_risk if place < len(self.steps) else 0

    def day_of(self, share: float) -> float | None:
        """The first day by whose end ``share`` has arrived; None = not reached."""
        return self._first(share, lambda step: step.out)

    def day_band(self, share: float) -> tuple[float | None, float | None]:
        """The earliest and the latest day the band allows for :meth:`day_of`; None = not reached."""
        return self._first(share, lambda step: step.low), self._first(share, lambda step: step.high)

    def trusted(self, least: int) -> Curve:
        """The curve as far as it can be trusted: while ``least`` parcels were followed so long, or at least half of those that
        would be if nobody's way had to be cut short. Beyond, a single parcel would decide; with everybody followed to the
        end the whole curve stands."""
        for number, step in enumerate(self.steps):
            before = self.steps[number - 1].out if number else 1.0
            if step.at_risk < least and step.at_risk < self.parcels * before * WHOLE:
                return Curve(self.steps[:number], self._days[:number])
        return self

    def _first(self, share: float, out_of: object) -> float | None:
        wanted = 1.0 - share + NEAR
        return next((step.day for step in self.steps if step.arrived and out_of(step) <= wanted), None)  # type: ignore[operator]


def curve(counts: Mapping[Day, tuple[int, int]], *, confidence: float = 0.95) -> Curve:
    """The curve of ``counts``: day -> (arrived on it, not arrived and followed only up to it). Days without anybody are no
    steps. Parcels followed up to a day were still at risk on it. Refuses negative counts (``ValueError``)."""
    if any(number < 0 for pair in counts.values() for number in pair):
        raise ValueError("counts are not negative")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    days = sorted(day for day, pair in counts.items() if sum(pair))
    at_risk = sum(sum(counts[day]) for day in days)
    out, spread, before = 1.0, 0.0, (1.0, 1.0)
    steps: list[Step] = []
    for day in days:
        arrived, left = counts[day]
        if arrived:
            out *= 1.0 - arrived / at_risk if arrived < at_risk else 0.0
            spread += arrived / (at_risk * (at_risk - arrived)) if arrived < at_risk else 0.0
            before = _band(out, spread, z, before)
        steps.append(Step(day, at_risk, arrived, left, out, *before))
        at_risk -= arrived + left
    return Curve(tuple(steps), tuple(days))


def _band(out: float, spread: float, z: float, before: tuple[float, float]) -> tuple[float, float]:
    """The band around ``out``; where all have arrived the formula has none: from nobody out to what was possible before."""
    if out <= 0.0:
        return 0.0, before[1]
    heart = log(out)
    width = z * sqrt(spread) / heart
    return exp(-exp(log(-heart) - width)), exp(-exp(log(-heart) + width))
