"""REST resources of parcels."""

from __future__ import annotations

from rest_framework import serializers

from core.api.fields import Scoped
from core.listing.rest import Resource, Write
from logistics.choices import EventStage
from logistics.selectors import parcels as selectors
from logistics.services import tracking


class EventInput(serializers.Serializer):
    """A tracking event from a program: of a parcel by its id, or by its waybill number."""

    parcel = Scoped(selectors.parcels_for, required=False)
    tracking_number = serializers.CharField(max_length=60, required=False)
    occurred_at = serializers.DateTimeField()
    stage = serializers.ChoiceField(EventStage.choices, required=False, default="")
    description = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    location = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class ParcelResource(Resource):
    """Parcels: read, and extend, settle, record-event, check as actions."""

    listing = "parcels"


class EventResource(Resource):
    """Tracking events: read and record; the same event again is the one that is there."""

    listing, path = "tracking-events", "tracking-events"
    create = Write(EventInput, tracking.record_one, "logistics.track_parcel")


RESOURCES: list[type] = [ParcelResource, EventResource]
