"""Why a parcel under way stands out on the weekly review. Pure: plain values in, names of reasons out, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

#: The reasons in the order of their gravity; the first that holds groups the parcel.
ORDER = ("returning", "held", "attempted", "collect", "late", "silent", "slow", "near", "blind")
_BY_STATE = {
    "returning": "returning",
    "customs_held": "held",
    "attempted": "attempted",
    "awaiting_collection": "collect",
}
#: The text that fits a reason; comes back: the table of returned parcels decides.
TEXTS: Mapping[str, str] = {
    "held": "T04", "attempted": "T05A", "collect": "T05", "late": "T03", "silent": "T03", "slow": "T03", "near": "T03", "blind": "T03",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """From when something stands out: days without an event, per cent of the lane, days before a promise ends, days on a blind
    lane."""

    silent_days: int
    slow_percent: int
    near_days: int
    blind_days: int


@dataclass(frozen=True)
class InTransit:
    """A parcel under way as the review sees it."""

    tracking_state: str
    shipped_at: datetime
    last_event_at: datetime | None
    promised_by: datetime | None
    later_than: int


def reasons_of(parcel: InTransit, now: datetime, limits: Limits) -> tuple[str, ...]:
    """All reasons of a parcel, the gravest first; empty when nothing stands out.

    A parcel that is not tracked (blind lane, no scans to expect) is not silent: it stands out as one of a blind lane once it has
    been under way for long.
    """
    found = {_BY_STATE[parcel.tracking_state]} if parcel.tracking_state in _BY_STATE else set()
    untracked = parcel.tracking_state == "untracked"
    heard = parcel.last_event_at or parcel.shipped_at
    if not untracked and now - heard >= timedelta(days=limits.silent_days):
        found.add("silent")
    if untracked and now - parcel.shipped_at >= timedelta(days=limits.blind_days):
        found.add("blind")
    if parcel.later_than >= limits.slow_percent:
        found.add("slow")
    if parcel.promised_by is not None:
        if parcel.promised_by < now:
            found.add("late")
        elif parcel.promised_by <= now + timedelta(days=limits.near_days):
            found.add("near")
    return tuple(reason for reason in ORDER if reason in found)
