"""REST: incidents on lanes; reroute, extend, tell, prolong and end as actions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.selectors import stores_for
from core.api.fields import Scoped
from core.audit import Actor
from core.listing.rest import Resource, Write
from logistics.choices import IncidentKind
from logistics.models import Service
from logistics.selectors import incidents as selectors
from logistics.services import incidents


class IncidentInput(serializers.Serializer):
    """A new incident: on a service, on countries, or both."""

    kind = serializers.ChoiceField(IncidentKind.choices)
    service = Scoped(lambda actor: Service.objects.all(), "code", required=False, allow_null=True, default=None)
    countries = serializers.CharField(required=False, max_length=300, default="", allow_blank=True, help_text="ES;PT")
    store = Scoped(stores_for, "code", required=False, allow_null=True, default=None)
    handed_from = serializers.DateField(required=False, allow_null=True, default=None)
    handed_to = serializers.DateField(required=False, allow_null=True, default=None)
    starts_at = serializers.DateTimeField()
    expected_end = serializers.DateTimeField()
    reason = serializers.CharField(max_length=300)
    stops_new = serializers.BooleanField(default=True)


class FiguresOut(serializers.Serializer):
    """What an incident has beside its row: the figures of now, by name."""

    figures = serializers.DictField(child=serializers.IntegerField())


class IncidentResource(Resource):
    """``/api/v1/incidents/``."""

    listing = "incidents"
    create = Write(IncidentInput, incidents.open_incident, "logistics.manage_incident")
    detail_row = FiguresOut
    version_fields = ("state", "expected_end")

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """The figures of the caller's stores."""
        return {"figures": selectors.figures(selectors.incident(actor, int(row["id"])), actor)}


RESOURCES: list[type] = [IncidentResource]
