"""REST resources of parcels."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.fields import Scoped
from core.audit import Actor
from core.clock import utcnow
from core.listing.rest import Resource, Write
from logistics.choices import EventStage
from logistics.models import LaneLevel, LaneSeason
from logistics.rules.lanes import Outlook
from logistics.selectors import lanes
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


class LaneOut(serializers.Serializer):
    """What its lane says of a parcel under way; null where too few parcels say it."""

    level = serializers.ChoiceField(LaneLevel.choices)
    season = serializers.ChoiceField(LaneSeason.choices, allow_blank=True)
    blind = serializers.BooleanField()
    few = serializers.BooleanField()
    parcels = serializers.IntegerField()
    arrived = serializers.IntegerField()
    age_days = serializers.IntegerField()
    later_than = serializers.FloatField(allow_null=True)
    soon_days = serializers.IntegerField()
    soon = serializers.FloatField(allow_null=True)
    soon_exact = serializers.BooleanField(allow_null=True)
    ever = serializers.FloatField(allow_null=True)
    ever_exact = serializers.BooleanField(allow_null=True)


class ParcelDetail(serializers.Serializer):
    """What one parcel has beside its row."""

    lane = LaneOut(allow_null=True)


def lane_out(answer: lanes.Answer, told: Outlook) -> dict[str, Any]:
    """The lane's word as REST shows it."""
    basis, counts = answer.picked.basis, answer.picked.tally
    return {
        "level": basis.level, "season": basis.season, "blind": basis.blind, "few": answer.picked.few, "parcels": counts.parcels,
        "arrived": counts.arrived, "age_days": told.age, "later_than": told.later_than, "soon_days": told.days,
        "soon": told.soon.share if told.soon else None, "soon_exact": told.soon.exact if told.soon else None,
        "ever": told.ever.share if told.ever else None, "ever_exact": answer.whole if told.ever else None,
    }  # fmt: skip


class ParcelResource(Resource):
    """Parcels: read, and extend, settle, record-event, check as actions. One parcel says what its lane tells of it."""

    listing, detail_row = "parcels", ParcelDetail

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """The lane's word; null when there is none, or it is not for this reader."""
        told = None
        if actor.has_perm("logistics.view_lane"):
            parcel = selectors.parcel(actor, int(row["id"]))
            told = lanes.outlooks([parcel], utcnow()).get(parcel.pk)
        return {"lane": lane_out(*told) if told else None}


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
