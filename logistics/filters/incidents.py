"""What the list of incidents may be asked, and parcels and notes by an incident."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import Missing
from logistics.choices import IncidentKind, IncidentState
from logistics.filters.dispatch import ServiceChoice
from logistics.models import Incident, Parcel
from logistics.selectors import incidents


class IncidentFilter(django_filters.FilterSet):
    """Filters of the incidents."""

    state = django_filters.MultipleChoiceFilter(choices=IncidentState.choices, label=_("State"))
    kind = django_filters.MultipleChoiceFilter(choices=IncidentKind.choices, label=_("What happened"))
    service = ServiceChoice(field_name="service__code", choices=(), label=_("Service"))
    country = django_filters.CharFilter(field_name="countries", lookup_expr="icontains", label=_("Country"))

    class Meta:
        model = Incident
        fields: list[str] = []


class ByIncident(django_filters.NumberFilter):
    """The parcels that an incident concerns."""

    def filter(self, qs: QuerySet[Parcel], value: Any) -> QuerySet[Parcel]:
        """Its scope as a condition; an incident the reader does not see concerns nothing."""
        if value in (None, ""):
            return qs
        actor = getattr(getattr(self.parent, "request", None), "actor", None)
        try:
            row = incidents.incident(actor, int(value)) if actor is not None else None
        except (Missing, OverflowError):
            row = None
        return qs.none() if row is None else qs.filter(incidents.concerned(row))
