"""What the list of lanes may be asked."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.choices import ServiceKind
from logistics.filters.dispatch import ServiceChoice
from logistics.models import Lane, LaneLevel


class LaneFilter(django_filters.FilterSet):
    """Filters of the lanes."""

    service = ServiceChoice(field_name="service__code", choices=(), label=_("Service"))
    country = django_filters.CharFilter(method="by_country", label=_("Country"))
    slower = django_filters.BooleanFilter(label=_("Became slower"))
    blind = django_filters.BooleanFilter(label=_("Blind"))
    kind = django_filters.MultipleChoiceFilter(
        field_name="service__kind", choices=ServiceKind.choices, label=_("Family")
    )
    level = django_filters.MultipleChoiceFilter(choices=LaneLevel.choices, label=_("Whose parcels answer"))

    class Meta:
        model = Lane
        fields: list[str] = []

    def by_country(self, rows: QuerySet[Lane], name: str, value: str) -> QuerySet[Lane]:
        """ISO-2 code, case ignored."""
        return rows.filter(country=value.strip().upper()[:2])
