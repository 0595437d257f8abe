"""What the list of incidents may be asked, and parcels and notes by an incident."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

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


def by_incident(rows: QuerySet[Parcel], name: str, value: Any) -> QuerySet[Parcel]:
    """The parcels that an incident concerns; one of another store concerns none of the reader's."""
    asked = incidents.concerned_by(value)
    return rows.none() if asked is None else rows.filter(asked)
