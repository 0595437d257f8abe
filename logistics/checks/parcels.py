"""Promises of parcels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.invariants import invariant
from logistics.selectors import parcels as selectors


@invariant("G4", "every parcel under way has a next check")
def parcels_without_check(now: datetime) -> Iterable[Any]:
    """Shipped, not settled, and no time to look again."""
    return selectors.parcels_under_way().filter(next_check_at__isnull=True)


@invariant("G4", "every parcel under way has a living duty to check it")
def parcels_without_duty(now: datetime) -> Iterable[Any]:
    """Handed over for more than a sweep ago, and nobody would look."""
    return selectors.unwatched(now, older_than=timedelta(minutes=30))


@invariant("G4", "no check is planned later than its parcel says")
def checks_behind(now: datetime) -> Iterable[Any]:
    """The duty of a parcel is due later than the next check on the parcel."""
    return selectors.misaligned(now)


@invariant("G1", "a parcel has one extension per cycle and the outbox one call for it")
def extensions_without_call(now: datetime) -> Iterable[Any]:
    """An open extension of a store that does it by program, asked more than an hour ago, without its call."""
    return selectors.uncalled_extensions(now)


@invariant("G1", "a delivered order has no parcel under way")
def delivered_with_parcel(now: datetime) -> Iterable[Any]:
    """Orders that count as delivered while one of their parcels is still followed."""
    return selectors.delivered_under_way()
