"""Promises of the worklist, proven on any database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.invariants import invariant
from core.models import Heartbeat
from worklist import selectors

#: A runner that was seen this recently beats.
ALIVE = timedelta(minutes=2)


@invariant("G4", "no duty of the clock is more than ten minutes late while the runner beats")
def late_clockwork(now: datetime) -> Iterable[Any]:
    """Due rows nobody takes although the clock runs."""
    beat = Heartbeat.objects.filter(name="worklist.runner").values_list("at", flat=True).first()
    if beat is None or now - beat > ALIVE:
        return []
    return selectors.overdue_clockwork(now, timedelta(minutes=10))


@invariant("G1d", "a claim nobody renews ends")
def forgotten_claims(now: datetime) -> Iterable[Any]:
    """Claims whose time is over by more than fifteen minutes."""
    return selectors.forgotten_claims(now, timedelta(minutes=15))


@invariant("G1d", "a claimed duty is held by somebody, an open one by nobody")
def ownerless_claims(now: datetime) -> Iterable[Any]:
    """State and owner disagree."""
    return selectors.ownerless_claims()


@invariant("G4", "every living duty has a rule")
def strangers(now: datetime) -> Iterable[Any]:
    """Duties of rules that no longer exist."""
    return selectors.strangers()
