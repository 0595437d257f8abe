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
from core.panels import Panel, register
from logistics.choices import Advice, ParcelState
from logistics.listings.parcels import STATES, TRACKING
from logistics.models import Parcel
from logistics.selectors import parcels as selectors
from orders.models import Order


def order_parcels(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The parcels of an order with where they are and until when."""
    heads = (
        gettext("Parcel"), gettext("State"), gettext("Tracking"), gettext("Last event"),
        gettext("Receiving time ends"), gettext("Next check"),
    )  # fmt: skip
    columns = [{"label": label, "css": ""} for label in heads]
    return {"columns": columns, "rows": [_row(p) for p in selectors.parcels_of_order(order, actor)]}


def _row(parcel: Parcel) -> Any:
    link = f.link_html(reverse("logistics:parcel", args=[parcel.pk]), parcel.tracking_number or parcel.number, "mono")
    last = f"{f.moment(parcel.last_event_at)} · {parcel.last_event_text[:60]}" if parcel.last_event_at else f.DASH
    check = f.due_html(parcel.next_check_at) if parcel.state == ParcelState.SHIPPED else f.DASH
    states = (f.badge_html(*STATES[parcel.state]), f.badge_html(*TRACKING[parcel.tracking_state]))
    cells = [link, *states, last, f.day(parcel.receive_by), check]
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
timeline.register_source("logistics.parcel", _events)
timeline.register_source("orders.order", _events_of_order)
timeline.register_related("orders.order", lambda order: [("logistics.parcel", selectors.ids_of_order(order))])
