"""What is known of the parcels of a lane on a day, as counts: arrived after so many days, or out for so many days so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil

DAY = 86400.0


@dataclass(frozen=True)
class Cohort:
    """The parcels of a lane handed over on one day. ``arrived`` and ``closed``: days -> parcels; whoever is in neither, the
    lost and the returned included, has not arrived."""

    day: date
    handed_over: int
    arrived: Mapping[int, int] = field(default_factory=dict)
    closed: Mapping[int, int] = field(default_factory=dict)
    lost: int = 0
    returned: int = 0


@dataclass
class Tally:
    """Counts of many cohorts: day -> [arrived, followed up to it], and how the parcels stand."""

    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    parcels: int = 0
    arrived: int = 0
    lost: int = 0
    returned: int = 0
    closed: int = 0
    #: Parcels old enough to have arrived.
    ripe: int = 0
    #: Parcels left out: of a blind lane those of which nobody said how they ended.
    unsaid: int = 0

    @property
    def open(self) -> int:
        """Parcels still under way."""
        return self.parcels - self.arrived - self.lost - self.returned - self.closed - self.unsaid


def took(seconds: float) -> int:
    """The days an arrival took, as promises count them: 27 days and an hour is "within 28 days". Clocks that disagree make
    no negative time."""
    return max(0, ceil(seconds / DAY))


def followed(day: date, as_of: date, lag: int) -> int:
    """For how many whole days parcels of ``day`` have certainly been followed. What came in the last ``lag`` days is not
    counted yet, because the arrivals of these days are not all known."""
    return (as_of - day).days - 1 - lag


def tally(cohorts: Iterable[Cohort], as_of: date, *, lag: int = 0, blind: bool = False, mature: int = 0) -> Tally:
    """The counts of ``cohorts`` as known on ``as_of``.

    A lost or returned parcel stays one that has not arrived: it is out for as long as it is followed, so a lane that loses
    parcels never reaches 100 %. A parcel closed for another reason is followed up to that day. Cohorts that were not
    followed for a whole day are left out.

    Parcels handed over at least ``mature`` days before are ``ripe``.

    ``blind``: only what somebody confirmed counts (arrived, lost, returned), of cohorts at least ``mature`` days old; a parcel
    without a word is left out, for on such a lane no word says nothing.
    """
    found = Tally()
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for cohort in cohorts:
        known = followed(cohort.day, as_of, lag)
        if known >= (max(mature, 0) if blind else 0):
            _add(found, counts, cohort, known, blind)
            found.ripe += cohort.handed_over if known >= mature else 0
    found.counts = {day: (pair[0], pair[1]) for day, pair in sorted(counts.items())}
    return found


def _add(found: Tally, counts: Mapping[int, list[int]], cohort: Cohort, known: int, blind: bool) -> None:
    arrived = closed = 0
    for days, number in cohort.arrived.items():
        if days <= known:
            counts[days][0] += number
            arrived += number
    for days, number in cohort.closed.items():
        if days <= known and not blind:
            counts[days][1] += number
            closed += number
        found.closed += 0 if blind else number
    ended = cohort.lost + cohort.returned
    rest = cohort.handed_over - arrived - closed
    counted = min(rest, ended) if blind else rest
    if counted:
        counts[known][1] += counted
    found.parcels += cohort.handed_over
    found.arrived += arrived
    found.lost += cohort.lost
    found.returned += cohort.returned
    found.unsaid += rest - counted


def merged(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one: a pooled lane."""
    found = Tally()
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in tallies:
        for day, (arrived, left) in one.counts.items():
            counts[day][0] += arrived
            counts[day][1] += left
        for name in ("parcels", "arrived", "lost", "returned", "closed", "ripe", "unsaid"):
            setattr(found, name, getattr(found, name) + getattr(one, name))
    found.counts = {day: (pair[0], pair[1]) for day, pair in sorted(counts.items())}
    return found
