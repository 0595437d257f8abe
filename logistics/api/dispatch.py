"""REST resources of dispatch."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.listing.rest import Resource, Write
from logistics.choices import DifferenceReason, SupplyRoute, TrackingLevel
from logistics.models import DispatchNote, Service
from logistics.selectors import dispatch as selectors
from logistics.selectors import pools
from logistics.services import dispatch, numbers, setup


class LineChangeInput(serializers.Serializer):
    """What may be changed on a line."""

    id = serializers.IntegerField()
    wish = serializers.CharField(max_length=300, required=False, allow_blank=True)
    unit_cost = serializers.DecimalField(14, 4, min_value=0, required=False)
    value = serializers.DecimalField(14, 4, min_value=0, required=False)
    value_reason = serializers.ChoiceField(DifferenceReason.choices, required=False)


class NoteChange(serializers.Serializer):
    """What may be changed on a note; any change voids its signatures."""

    service = serializers.CharField(max_length=30, required=False)
    supply = serializers.ChoiceField(SupplyRoute.choices, required=False)
    take_address = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    lines = LineChangeInput(many=True, required=False)


def change_note(*, dispatchnote: DispatchNote, actor: Any, now: Any, **data: Any) -> DispatchNote:
    """Change a note by program."""
    code = data.pop("service", "")
    lines = [dispatch.LineChange(**line) for line in data.pop("lines", ())]
    service = selectors.service_by_code(code) if code else None
    dispatch.edit(note=dispatchnote, service=service, lines=lines, actor=actor, now=now, **data)
    return dispatchnote


class ServiceChange(serializers.ModelSerializer):
    """What may be changed on a service."""

    tracking_level = serializers.ChoiceField(TrackingLevel.choices, required=False)

    class Meta:
        model = Service
        fields = (
            "name_en", "name_zh", "carrier", "kind", "tracking_level", "active", "connector",
            "days_min", "days_max", "max_weight_g", "value_max", "value_max_currency",
            "pickup_time", "number_pattern", "tracking_url", "match_words",
        )  # fmt: skip


class ServiceInput(ServiceChange):
    """A service of our own."""

    class Meta(ServiceChange.Meta):
        fields = ("code", *ServiceChange.Meta.fields)


def change_service(*, service: Service, actor: Any, now: Any, **data: Any) -> Service:
    """Change a service by program."""
    return setup.change_service(service=service, changes=data, actor=actor, now=now)


class PoolInput(serializers.Serializer):
    """Numbers for the pool of a service: one a line, or ranges."""

    service = serializers.CharField(max_length=30)
    text = serializers.CharField(max_length=5_000_000)


def add_numbers(*, service: str, text: str, actor: Any, now: Any) -> Any:
    """Add numbers to a pool; answers the first of them."""
    held = selectors.service_by_code(service)
    made = numbers.add_to_pool(service=held, text=text, actor=actor, now=now)
    return pools.number_row(held, (made.added or made.known)[0]), bool(made.added)


class NoteResource(Resource):
    """Dispatch notes."""

    listing = "dispatch-notes"
    update = Write(NoteChange, change_note, "logistics.change_note")
    version_fields = ("state", "revision", "waybill", "printed_at", "signed")


class NumberResource(Resource):
    """Waybill numbers."""

    listing = "waybill-numbers"
    create = Write(PoolInput, add_numbers, "logistics.number_parcel")


class BatchResource(Resource):
    """Print batches."""

    listing = "print-batches"


class WaveResource(Resource):
    """Waves: made by the action ``wave`` of notes and print batches; read, print and close here."""

    listing = "waves"


class ManifestResource(Resource):
    """Hand-over lists of carriers by day: read, and sign, unsign as actions."""

    listing = "manifests"


class ServiceResource(Resource):
    """Carrier services."""

    listing = "services"
    create = Write(ServiceInput, setup.make_service, "logistics.change_service")
    update = Write(ServiceChange, change_service, "logistics.change_service")


class ApprovalResource(Resource):
    """Approval rules."""

    listing, path = "approval-rules", "settings/approval-rules"


RESOURCES: list[type] = [
    NoteResource,
    NumberResource,
    BatchResource,
    WaveResource,
    ManifestResource,
    ServiceResource,
    ApprovalResource,
]
