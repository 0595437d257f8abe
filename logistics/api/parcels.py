"""REST resources of parcels."""

from __future__ import annotations

from typing import Any

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


def set_promise(*, obj: Any, actor: Any, now: Any, **changes: Any) -> Any:
    """The service under the name the resource uses."""
    return tracking.set_promise(promise=obj, actor=actor, now=now, **changes)


class ParcelResource(Resource):
    """Parcels: read, and extend, settle, record-event, check as actions."""

    listing = "parcels"


class EventResource(Resource):
    """Tracking events: read and record; the same event again is the one that is there."""

    listing, path = "tracking-events", "tracking-events"
    create = Write(EventInput, tracking.record_one, "logistics.track_parcel")


class PromiseInput(serializers.Serializer):
    """New figures of a promise from a day on."""

    promise_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    first_check_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    second_check_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    lost_after_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    extend_when_days_left = serializers.IntegerField(min_value=0, max_value=60, required=False)
    valid_from = serializers.DateField(required=False)


class PromiseResource(Resource):
    """Delivery promises: a change makes a new version from a day on (today when not said)."""

    listing = "promises"
    update = Write(PromiseInput, set_promise, "logistics.change_service")


class DecisionResource(Resource):
    """Rows of the decision tables of late, held and waiting parcels."""

    listing, path = "decisions", "settings/decisions"


RESOURCES: list[type] = [ParcelResource, EventResource, PromiseResource, DecisionResource]
