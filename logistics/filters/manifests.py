"""What the list of hand-over lists may be asked."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.models import Manifest


class ManifestFilter(django_filters.FilterSet):
    """Filters of the hand-over lists."""

    signed = django_filters.BooleanFilter(method="by_signed", label=_("Signed"))
    carrier = django_filters.CharFilter(lookup_expr="icontains", label=_("Carrier"))
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte", label=_("From day"))
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte", label=_("To day"))

    class Meta:
        model = Manifest
        fields: list[str] = []

    def by_signed(self, rows: QuerySet[Manifest], name: str, value: bool) -> QuerySet[Manifest]:
        """Signed by the carrier or not."""
        return rows.filter(signed_at__isnull=not value)
