"""Decisions about tracking sources: whose event it is when a number was used again, when a source counts as silent, how
long a number waits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: What may happen to a parcel before it is handed over: its label is announced, somebody collects it early.
EARLY = frozenset({"registered", "picked_up", "export_customs", "left_origin", "in_transit"})
#: Two clocks of the world differ by so much at most; what happens at the destination cannot be earlier than that.
CLOCKS = timedelta(hours=14)
#: Pauses after a call that failed: they double, up to the longest (minutes).
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 240.0
#: A wait that ends later than this was set under a pretended clock that ran ahead: it does not count.
FAR = timedelta(hours=25)


@dataclass(frozen=True)
class Use:
    """One use of a number: the box it was stuck on (its parcels), handed over then."""

    shipped_at: datetime
    parcel_ids: tuple[int, ...]


def owners(at: datetime, stage: str, uses: Sequence[Use], margin: timedelta) -> tuple[int, ...]:
    """The parcels an event belongs to: those of the last use of its number that had begun by then.

    A use begins ``margin`` before the hand-over for what happens at its start (label, collection); for what happens later
    (arrival, delivery) at the hand-over itself, give or take a wrong time zone. Before the first use it is nobody's.
    """
    found: tuple[int, ...] = ()
    for use in sorted(uses, key=lambda u: u.shipped_at):
        if at >= use.shipped_at - (margin if stage in EARLY else min(margin, CLOCKS)):
            found = use.parcel_ids
    return found


def silent_since(
    heard_at: datetime | None, first_waiting: datetime | None, now: datetime, limit: timedelta
) -> datetime | None:
    """Since when a source is silent; None while it is not. ``first_waiting``: since when it has had a number to follow
    (None = it has none, so nobody waits for news). Silence before the first number was given to it does not count."""
    if first_waiting is None:
        return None
    last = max(heard_at, first_waiting) if heard_at else first_waiting
    return last if now - last >= limit else None


@dataclass(frozen=True)
class Silence:
    """The tracking source of a parcel is silent since then; a person looked the parcel up last at ``looked_at``."""

    since: datetime
    looked_at: datetime | None = None

    def blind(self, now: datetime, again: timedelta) -> bool:
        """Whether somebody has to look the parcel up: nobody did since, or it was longer ago than ``again``."""
        return self.looked_at is None or self.looked_at < max(self.since, now - again)


def pause(attempts: int) -> timedelta:
    """How long a source or a number waits after its ``attempts``-th failure in a row."""
    return timedelta(minutes=min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, min(attempts, 30) - 1)))


def holds(until: datetime | None, now: datetime) -> bool:
    """Whether a wait that ends at ``until`` still counts."""
    return until is not None and now < until <= now + FAR
