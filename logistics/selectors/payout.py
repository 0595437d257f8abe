"""When the channel pays out: some days (a house rule) after the promise, or the longer receiving time, has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core import policies as house
from core.clock import plus_days
from logistics.choices import ParcelState
from logistics.models import Lane, Parcel
from logistics.policies.quotes import PAYOUT_DAYS
from logistics.rules import lanes as rules
from logistics.selectors import lanes
from logistics.selectors.judging import dispute_open

#: So many days around a promise are compared with it.
STEPS = (-15, -10, -5, 0, 5, 10, 15, 30)


def days_after(day: date | datetime, store_id: int | None = None) -> int:
    """Days from the end of the promise until the channel pays out."""
    return int(house.value(PAYOUT_DAYS, day, store_id))


def expected(parcel: Parcel, now: datetime) -> datetime | None:
    """When the money of a parcel (loaded with order and store) is expected: after its receiving time where the channel has one (it
    grows when that is lengthened), else after its promise. None where nothing is promised, while a dispute holds the money, and
    for a parcel that did not arrive."""
    end = parcel.receive_by or parcel.promised_by
    if dispute_open(parcel.order) or parcel.state in (ParcelState.LOST, ParcelState.RETURNED, ParcelState.CLOSED):
        return None
    return None if end is None else plus_days(end, days_after(now, parcel.store_id), parcel.store.time_zone)


@dataclass(frozen=True)
class Setting:
    """One number of days one might promise: until when, when it is paid out, and the share of the busiest lane that keeps it
    (None = not reached or not known)."""

    days: int
    promised_by: date
    paid_by: date
    change: int
    kept: float | None


def settings(days: int, under: Sequence[Lane], now: datetime) -> list[Setting]:
    """What fewer or more days would mean for a parcel handed over today, the present ``days`` among them."""
    curve = None
    if under:
        answer = lanes.book(now, [under[0].service], [under[0].country]).answer(
            under[0].service, under[0].country, lanes.figures(now).season(now)
        )
        curve = answer.curve if answer is not None and answer.enough else None
    after, today = days_after(now), now.date()
    return [
        Setting(
            wanted, today + timedelta(days=wanted), today + timedelta(days=wanted + after), wanted - days,
            rules.kept_share(curve, wanted) if curve is not None else None,
        )
        for wanted in (days + step for step in STEPS) if wanted > 0
    ]  # fmt: skip
