"""The promise about figures that any database can prove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.invariants import invariant
from reports import services


@invariant("G6", "the daily figures equal a recount of the rows behind them (sampled days)")
def figures_off(now: datetime) -> Iterable[str]:
    """Days whose stored figures differ from a recount as of the moment they were counted."""
    return services.differences(now=now)
