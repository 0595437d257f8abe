"""The banner of an incident on lanes, notes and parcels."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import format as f
from core.audit import Actor
from logistics.choices import IncidentKind, ParcelState
from logistics.models import DispatchNote, Incident, Lane, Parcel
from logistics.rules.incidents import Disturbance
from logistics.selectors import incidents


def banner(number: str, pk: int, kind: str, text: str, tone: str = "lantern") -> dict[str, Any]:
    """One sentence with the way to the incident."""
    link = f.link_html(reverse("logistics:incident", args=[pk]), number, "mono")
    return {"title": str(IncidentKind(kind).label), "text": f.joined_html([link, text], " "), "tone": tone}


def of_parcel(parcel: Parcel, now: datetime) -> list[dict[str, Any]]:
    """What delays a parcel under way."""
    if parcel.state != ParcelState.SHIPPED:
        return []
    found = incidents.of_parcels([parcel], now).get(parcel.pk)
    return [_told(found, _("delays this parcel; it is expected to end %(day)s."))] if found else []


def of_note(note: DispatchNote, now: datetime) -> list[dict[str, Any]]:
    """What stops the service of a note."""
    found = incidents.of_note(note, now)
    return [_told(found, _("stops this service there until %(day)s: choose another."), "rose")] if found else []


def _told(found: Disturbance, text: str, tone: str = "lantern") -> dict[str, Any]:
    return banner(found.number, found.pk, found.kind, text % {"day": f.day(found.ends_at)}, tone)


def of_lane(lane: Lane, day: date, window: int, actor: Actor) -> list[dict[str, Any]]:
    """Incidents of a lane: open ones, and those whose parcels its curve counts."""
    since = datetime.combine(day - timedelta(days=window), time(), tzinfo=UTC)
    return [_of_lane(row, lane, actor) for row in incidents.of_lane(lane, since)[:5]]


def _of_lane(row: Incident, lane: Lane, actor: Actor) -> dict[str, Any]:
    count = incidents.parcels_of(row, actor).filter(service_id=lane.service_id, country=lane.country).order_by().count()
    if row.ended_at is None:
        text = _(
            "since %(start)s, expected to end %(day)s. %(count)s parcels of this lane were under way in it: the curve counts them."
        )
    else:
        text = _(
            "from %(start)s to %(day)s. %(count)s parcels of this lane were under way in it: the curve counts them."
        )
    told = text % {
        "start": f.day(row.starts_at),
        "day": f.day(row.ended_at or row.expected_end),
        "count": f.number(count),
    }
    return banner(row.number, row.pk, row.kind, told, "lantern" if row.ended_at is None else "amber")
