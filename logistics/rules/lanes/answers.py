"""What a curve says of one parcel, of a promise, of losses. Where it does not reach, the answer is None: not reached."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from logistics.rules.lanes.curve import NEAR, Curve


@dataclass(frozen=True)
class Arrives:
    """A chance, and whether it is exact or only "at least" (the curve ends before)."""

    share: float
    exact: bool


@dataclass(frozen=True)
class Outlook:
    """One parcel on its lane: ``later_than`` the share of the lane that had arrived at its age; ``soon`` the chance that it
    comes within ``days``; ``ever`` the chance that it comes at all; ``alike`` parcels once were as old and still out.

    None: not known, because too few parcels were ever so old; then it is later than ``later_least`` of the lane, the share
    that had arrived where the curve ends."""

    age: int
    days: int
    later_than: float | None
    soon: Arrives | None
    ever: Arrives | None
    alike: int
    later_least: float = 0.0


def outlook(held: Curve, age: int, days: int, *, least: int) -> Outlook:
    """The outlook of a parcel that has been under way for ``age`` whole days. ``least``: so many parcels must have been as old
    for a chance to be told."""
    later = 1.0 - held.out(age) if held.steps and held.knows(age) else None
    alike, out = held.followed_beyond(age), held.out(age)
    if alike < max(least, 1) or out <= NEAR:
        return Outlook(age, days, later, None, None, alike, 1.0 - held.out(held.last))
    return Outlook(
        age,
        days,
        later,
        _chance(held, out, age + days),
        _chance(held, out, held.last),
        alike,
        1.0 - held.out(held.last),
    )


def _chance(held: Curve, out: float, until: float) -> Arrives:
    return Arrives(min(1.0, max(0.0, 1.0 - held.out(until) / out)), held.knows(until))


def kept_share(held: Curve, days: int) -> float | None:
    """The share that arrives within ``days``; None where the curve does not reach so far."""
    return 1.0 - held.out(days) if held.knows(days) else None


def lost_share(held: Curve, days: int) -> float | None:
    """The share that has not arrived when a parcel counts as lost (``days``); None where the curve does not reach so far."""
    return held.out(days) if held.knows(days) else None


def advised_days(held: Curve, risk: float) -> int | None:
    """The fewest days that may be promised so that at most ``risk`` of the parcels come later; None = not reached."""
    found = held.day_of(1.0 - risk)
    return None if found is None else max(1, ceil(found))
