"""The list of tracking events."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from core.audit import Actor
from core.listing import Column, Listing, View, register
from logistics.choices import EventStage
from logistics.filters.parcels import EventFilter
from logistics.models import TrackingEvent
from logistics.selectors import parcels as selectors

#: Who told it, where a word says it better than the name in the record.
SOURCES = {
    "hand": pgettext_lazy("source of events", "by hand"), "file": pgettext_lazy("source of events", "file"),
    "api": pgettext_lazy("source of events", "program"), "sandbox": pgettext_lazy("source of events", "pretend shop"),
    "channel": pgettext_lazy("source of events", "channel"), "17track": "17TRACK",
}  # fmt: skip


class TrackingEventRow(serializers.Serializer):
    """A tracking event on its own."""

    id = serializers.CharField()
    parcel_id = serializers.CharField(label=_("Parcel"))
    tracking_number = serializers.CharField(source="parcel.tracking_number", label=_("Waybill number"))
    occurred_at = serializers.DateTimeField(label=_("Time"))
    stage = serializers.ChoiceField(EventStage.choices, label=_("Event"))
    description = serializers.CharField(label=_("Words"))
    location = serializers.CharField(label=_("Place"))
    source = serializers.CharField(label=_("Source"))
    received_at = serializers.DateTimeField(label=_("Came in"))


@register
class EventListing(Listing):
    """Tracking events, newest first."""

    name, title, permission = "tracking-events", _("Tracking events"), "logistics.view_parcel"
    model, row, filters = TrackingEvent, TrackingEventRow, EventFilter
    columns = [
        Column("tracking_number", link="logistics:parcel", link_field="parcel_id", mono=True), Column("occurred_at"),
        Column("stage", badge=EventStage), Column("description"), Column("location"),
        Column("source", html=lambda row: str(SOURCES.get(row["source"], row["source"]))),
        Column("received_at", default=False),
    ]  # fmt: skip
    scan_ok = {
        "number": "asks the indexed waybill number",
        "stage": "a narrowing of other filters or of the newest rows",
    }
    url, default_order = "logistics:events", "-id"
    views = [View("all", _("All"), default=True, counted=False)]
    empty = (
        _("No tracking events yet."), _("They come from carriers, from files and by hand."), _("Read a file"),
        "logistics:events_import",
    )  # fmt: skip

    def queryset(self, actor: Actor) -> QuerySet[TrackingEvent]:
        """The events of the actor's stores."""
        return selectors.events_for(actor)
