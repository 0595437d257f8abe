"""Whether a lane has become slower: its newest parcels against those before, all that are still under way counted.

The test is the log-rank test (Mantel 1966) on one side, so it speaks before the late parcels have arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from logistics.rules.lanes.curve import NEAR, curve
from logistics.rules.lanes.tally import Tally


@dataclass(frozen=True)
class Bounds:
    """The house's figures: how unlikely by chance, how many days slower, how many parcels on either side."""

    chance: float
    days: float
    parcels: int


@dataclass(frozen=True)
class Drift:
    """The comparison. ``chance``: how often chance alone would look so slow; ``expected`` arrivals as before, ``seen`` ones.
    ``before`` and ``now``: the day by which ``level`` of the parcels had arrived (now None = not reached)."""

    chance: float
    expected: float
    seen: int
    level: float
    before: float | None
    now: float | None
    slower: bool

    @property
    def days(self) -> float | None:
        """Days slower; None where the new parcels have not reached the level."""
        return None if self.before is None or self.now is None else self.now - self.before


def log_rank(first: Tally, second: Tally) -> tuple[float, float, float]:
    """Of ``second`` against ``first``: arrivals expected if both were alike, arrivals seen, and z (negative: slower)."""
    days = sorted(set(first.counts) | set(second.counts))
    ours, theirs = _known(first), _known(second)
    expected = seen = spread = 0.0
    for day in days:
        a, b = first.counts.get(day, (0, 0)), second.counts.get(day, (0, 0))
        arrived, risk = a[0] + b[0], ours + theirs
        if arrived and risk:
            expected += theirs * arrived / risk
            seen += b[0]
            if risk > 1:
                spread += arrived * (theirs / risk) * (ours / risk) * (risk - arrived) / (risk - 1)
        ours, theirs = ours - sum(a), theirs - sum(b)
    return expected, seen, (seen - expected) / sqrt(spread) if spread > NEAR else 0.0


def _known(found: Tally) -> int:
    return sum(sum(pair) for pair in found.counts.values())


def drift(before: Tally, recent: Tally, bounds: Bounds) -> Drift | None:
    """Compare the newest parcels with those before; None while either side has too few (before: arrivals, recent: as many
    arrivals expected).

    Slower means both: chance alone would hardly do it, and the day by which half have arrived (or as many as the newest ones
    have reached) came at least ``bounds.days`` later, or was not reached although the time was there.
    """
    if before.arrived < bounds.parcels:
        return None
    expected, seen, z = log_rank(before, recent)
    if expected < bounds.parcels:
        return None
    chance = NormalDist().cdf(z)
    old, new = curve(before.counts), curve(recent.counts)
    most = 1.0 - new.steps[-1].out if new.steps else 0.0
    level = min(0.5, most) if most > NEAR else 0.5
    then, now = old.day_of(level), new.day_of(level)
    late = now is None or then is None or now - then >= bounds.days
    return Drift(chance, expected, int(seen), level, then, now, chance < bounds.chance and late)


def stands(found: Drift, bounds: Bounds) -> bool:
    """Whether an alarm that was raised still stands: it ends when the lane is less than half as much slower as raised it,
    or chance alone would do it ten times as easily; so it does not come and go from day to day."""
    late = found.days is None or found.days >= bounds.days / 2
    return late and found.chance < min(0.5, bounds.chance * 10)
