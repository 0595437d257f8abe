"""What stands in the demonstration when its life is over: lanes reckoned, the weekly review taken, a lane disturbed."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from logistics.choices import IncidentKind, ParcelState
from logistics.models import Incident, Parcel
from logistics.services import incidents, lanes
from logistics.services.review import open_reviews

#: Why the one lane is disturbed and why the other was, as a supervisor writes it.
NOW, BEFORE, OVER = "航空公司减班，交航的包裹在口岸排队", "目的国海关系统升级，清关积压", "海关系统已恢复，积压清完"
#: Days since which they last, and until when they are expected.
SINCE, AHEAD, ENDED = 3, 9, 14


def reckon(*, now: datetime) -> None:
    """Reckon lanes and lateness and take the weekly reviews that are due, so that nobody waits for the clock to do it first."""
    lanes.refresh_lanes(now=now)
    lanes.refresh_lateness(now=now)
    open_reviews(now=now)


def disturb(*, now: datetime) -> None:
    """One incident that lasts and one that is over, on the countries with most parcels under way; neither stops the dispatch of the
    demonstration. Twice is once."""
    if Incident.objects.exists():
        return
    boss = User.objects.get(username="supervisor").actor
    busy: dict[str, int] = {}
    for country in Parcel._base_manager.filter(state=ParcelState.SHIPPED).values_list("country", flat=True):
        busy[country] = busy.get(country, 0) + 1
    places = sorted(busy, key=lambda code: (-busy[code], code))[:2]
    for country, kind, reason, since in zip(
        places, (IncidentKind.FLIGHT, IncidentKind.CUSTOMS), (NOW, BEFORE), (SINCE, ENDED), strict=False
    ):
        row = incidents.open_incident(
            kind=kind, reason=reason, countries=country, starts_at=now - timedelta(days=since), expected_end=now + timedelta(days=AHEAD),
            stops_new=False, actor=boss, now=now,
        )  # fmt: skip
        if reason == BEFORE:
            incidents.end_incident(incident=row, reason=OVER, actor=boss, now=now)
