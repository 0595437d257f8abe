"""Decisions about outgoing calls and raw records: pauses, breaker, sizes. Plain values only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

#: First and longest pause before a call is tried again (seconds); they double in between.
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 6 * 3600.0
#: First and longest time the whole lane waits once the breaker is open (seconds). Most outages of a channel are over within
#: seconds; a first wait of 15 s let a shop that failed briefly but often stand idle for most of an hour.
FIRST_HOLD = 5.0
LONGEST_HOLD = 60.0
#: A Retry-After beyond this is taken for a mistake of the channel (seconds).
LONGEST_RETRY_AFTER = 24 * 3600.0
#: What a channel counts against its clocks (abilities). When much waits, it goes before texts to buyers and replies.
URGENT = (
    "declare_shipment", "extend_delivery", "answer_case", "answer_cancel", "waybill", "carrier_waybill", "carrier_void",
)  # fmt: skip
#: A record that came before the thing it belongs to is tried again for so long before a person must look.
EARLY = timedelta(minutes=15)
#: A wait or a lease that ends later than any real one was set under a simulated clock that ran ahead: it does not count.
FAR = timedelta(seconds=LONGEST_RETRY_AFTER + 3600)


def pause_seconds(attempts: int, draw: Callable[[], float]) -> float:
    """How long a call waits after its ``attempts``-th failed try, in seconds: full jitter over a doubling span.

    ``draw`` answers a number from 0 to 1. At least one second, so that a call never spins.
    """
    span = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, min(attempts, 30) - 1))
    return max(1.0, span * draw())


def hold_seconds(failures: int, threshold: int, draw: Callable[[], float]) -> float:
    """How long the lane waits after ``failures`` faults in a row: 0 below ``threshold``; then 5 s, 10 s, 20 s, at most 60 s
    with up to a fifth less, so that workers of many houses do not knock together."""
    if failures < threshold:
        return 0.0
    return min(LONGEST_HOLD, FIRST_HOLD * 2.0 ** min(failures - threshold, 10)) * (1 - 0.2 * draw())


def sane_retry_after(seconds: float | None) -> float | None:
    """The pause a channel asked for, within 1 second and a day; None when it asked for none."""
    return None if seconds is None else min(max(1.0, seconds), LONGEST_RETRY_AFTER)


@dataclass(frozen=True)
class LaneFacts:
    """What decides whether a lane may be walked: why it is paused, until when it holds, faults in a row."""

    paused_reason: str
    hold_until: datetime | None
    failures: int


def lane_open(facts: LaneFacts, now: datetime) -> bool:
    """Whether anything may be sent or fetched by the lane now."""
    return not facts.paused_reason and not holds(facts.hold_until, now)


def holds(until: datetime | None, now: datetime) -> bool:
    """Whether a wait that ends at ``until`` still counts: not over, and not of a clock that ran ahead."""
    return until is not None and now < until <= now + FAR


def lane_batch(facts: LaneFacts, threshold: int, batch: int) -> int:
    """How many calls one round takes: a single probe while the breaker is half open, else the batch."""
    return 1 if facts.failures >= threshold else batch


def late_effect(seconds: int) -> timedelta:
    """How long nobody can know whether an ambiguous call worked."""
    return timedelta(seconds=seconds)


def digest_of(payload: Any) -> str:
    """The digest by which the same raw answer is kept once (SHA-256 of its canonical JSON)."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def warn_at(
    deadline: datetime, before: Decimal | None, unit: str, *, default_hours: float | None = None
) -> datetime | None:
    """From when a deadline counts as near: the warning span of its clock before it, else ``default_hours``; None without both."""
    if before is None:
        return None if default_hours is None else deadline - timedelta(hours=default_hours)
    per = {"minutes": 1, "hours": 60, "days": 1440}.get(unit, 60)
    return deadline - timedelta(minutes=float(before) * per)


def short_reason(text: str, limit: int = 500) -> str:
    """An error text fit for a column: one line, no control characters, cut at ``limit``."""
    clean = "".join(ch if ch.isprintable() else " " for ch in text)
    return " ".join(clean.split())[:limit]
