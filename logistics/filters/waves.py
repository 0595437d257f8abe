"""What the list of waves may be asked."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.choices import WaveKind
from logistics.models import Wave


class WaveFilter(django_filters.FilterSet):
    """Filters of the list of waves."""

    open = django_filters.BooleanFilter(method="by_open", label=_("Still to be packed"))
    kind = django_filters.ChoiceFilter(choices=WaveKind.choices, label=_("Kind"))

    class Meta:
        model = Wave
        fields: list[str] = []

    def by_open(self, rows: QuerySet[Wave], name: str, value: bool) -> QuerySet[Wave]:
        """Waves with work to do, or those that are done."""
        return rows.filter(closed_at__isnull=value)
