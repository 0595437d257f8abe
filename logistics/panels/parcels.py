"""Boxes of parcels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import timeline
from core.audit import Actor
from core.clock import utcnow
from core.panels import Panel, register
from logistics.choices import Advice, ParcelState
from logistics.listings.parcels import STATES, TRACKING
from logistics.models import Extension, Parcel
from logistics.selectors import parcels as selectors
from logistics.selectors import payout
from logistics.services.customs.reviews import WITH_SIGNATURE
from orders.models import Order


def order_parcels(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The parcels of an order with where they are and until when."""
    heads = (
        gettext("Parcel"), gettext("State"), gettext("Tracking"), gettext("Last event"),
        gettext("Receiving time ends"), gettext("Longer times"), gettext("Paid out by"), gettext("Next check"),
    )  # fmt: skip
    columns = [{"label": label, "css": ""} for label in heads]
    rows = selectors.parcels_of_order(order, actor)
    longer = selectors.extensions_of_many([parcel.pk for parcel in rows])
    return {"columns": columns, "rows": [_row(p, longer.get(p.pk, [])) for p in rows]}


def _extension(row: Extension) -> Any:
    """One longer receiving time: asked, confirmed or refused."""
    days = f"+{row.days}"
    if row.confirmed_at is not None:
        return f.badge_html(days, "leaf", gettext("Confirmed"))
    if row.refused:
        return f.badge_html(days, "rose", row.refused)
    return f.badge_html(days, "amber", gettext("Awaited"))


def _row(parcel: Parcel, longer: list[Extension]) -> Any:
    link = f.link_html(reverse("logistics:parcel", args=[parcel.pk]), parcel.tracking_number or parcel.number, "mono")
    last = f"{f.moment(parcel.last_event_at)} · {parcel.last_event_text[:60]}" if parcel.last_event_at else f.DASH
    check = f.due_html(parcel.next_check_at) if parcel.state == ParcelState.SHIPPED else f.DASH
    states = (f.badge_html(*STATES[parcel.state]), f.badge_html(*TRACKING[parcel.tracking_state]))
    asked = f.joined_html([_extension(row) for row in longer], " ") if longer else f.DASH
    paid = payout.expected(parcel, utcnow())
    cells = [
        link,
        *states,
        last,
        f.day(parcel.receive_by),
        asked,
        f.day(paid, parcel.store.time_zone) if paid else f.DASH,
        check,
    ]
    return f.tds_html([("", cell) for cell in cells])


register(
    "orders.detail",
    Panel("parcels", _("Parcels"), "logistics.view_parcel", "logistics/_order_parcels.html", order_parcels, order=20),
)


def _events(parcel: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    return selectors.timeline_entries(parcel, before, limit)


def _events_of_order(order: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    found: list[timeline.Entry] = []
    for parcel in selectors.parcels_of_order(order, actor):
        found += selectors.timeline_entries(parcel, before, limit)
    return found


timeline.register_words("parcel.check", "advice", dict(Advice.choices))
timeline.register_reason("tracking", _("tracking says so"))
timeline.register_reason("undone", _("taken back"))
timeline.register_reason(WITH_SIGNATURE, _("Looked at when the note was signed"))
timeline.register_source("logistics.parcel", _events)
timeline.register_source("orders.order", _events_of_order)
timeline.register_related("orders.order", lambda order: [("logistics.parcel", selectors.ids_of_order(order))])
