"""The way of a parcel on one line of time: handed over, today, what was promised, when the receiving time and a dispute end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import format as f
from logistics.choices import ParcelState
from logistics.models import Parcel
from logistics.registry import DisputeClock

#: Width of the drawing; it is stretched to the width of the box.
WIDE = 1000


@dataclass(frozen=True)
class Mark:
    """A moment on the line. ``tone``: what it means when it has passed or is near."""

    at: datetime
    label: str
    tone: str
    name: str


def marks_of(parcel: Parcel, dispute: DisputeClock | None, now: datetime) -> list[Mark]:
    """The moments of a parcel in the order of time."""
    found: list[Mark] = []

    def add(at: datetime | None, label: str, tone: str, name: str) -> None:
        if at is not None:
            found.append(Mark(at, label, tone, name))

    under_way = parcel.state == ParcelState.SHIPPED
    add(parcel.shipped_at, _("Handed over"), "sea", "shipped")
    add(now if under_way else None, _("Today"), "ink", "today")
    end = None if under_way else parcel.delivered_at or parcel.settled_at
    add(end, str(parcel.get_state_display()), "leaf" if parcel.delivered_at else "rose", "ended")
    over = parcel.promised_by is not None and (end or now) > parcel.promised_by
    add(parcel.promised_by, _("Promised by"), "rose" if over else "lantern", "promised")
    add(parcel.receive_by, _("Receiving time ends"), "amber", "receive")
    if dispute is not None:
        add(dispute.at, _("Answer the dispute by"), "rose", "dispute")
    return sorted(found, key=lambda mark: mark.at)


def way(parcel: Parcel, dispute: DisputeClock | None, now: datetime) -> dict[str, Any] | None:
    """The context of ``logistics/_way.html``; None before the hand-over."""
    marks = marks_of(parcel, dispute, now)
    if parcel.shipped_at is None or len(marks) < 2:
        return None
    first, last = marks[0].at, marks[-1].at
    whole = max((last - first).total_seconds(), 1.0)

    def place(at: datetime) -> int:
        return round(min(max((at - first).total_seconds() / whole, 0.0), 1.0) * WIDE)

    zone, here = parcel.store.time_zone, now if parcel.state == ParcelState.SHIPPED else parcel.settled_at or now
    return {
        "wide": WIDE, "passed": place(here), "marks": [
            {
                "label": m.label, "day": f.day(m.at, zone), "span": "" if m.name == "today" else _span(m.at, now), "tone": m.tone,
                "x": min(max(place(m.at), 2), WIDE - 2), "past": m.at <= here, "name": m.name,
            }
            for m in marks
        ],
        "days": _days(parcel, here), "note": "" if parcel.receive_by else _("Receiving time ends: this channel has none."),
    }  # fmt: skip


def _days(parcel: Parcel, until: datetime) -> str:
    """Days under way of the days promised."""
    if parcel.shipped_at is None:
        return ""
    passed = (until - parcel.shipped_at).days
    if parcel.promised_by is None:
        return f.days(passed)
    return _("%(passed)s of %(promised)s days") % {
        "passed": passed,
        "promised": (parcel.promised_by - parcel.shipped_at).days,
    }


def _span(at: datetime, now: datetime) -> str:
    return f.ago(at, now) if at <= now else _("in %(span)s") % {"span": f.duration(at - now, 1)}
