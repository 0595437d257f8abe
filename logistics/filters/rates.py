"""What the lists of prices may be asked."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from logistics.choices import SurchargeKind
from logistics.filters.dispatch import ServiceChoice
from logistics.models import ChoiceRule, RateTable, ServiceDestination, ServiceTerms, Surcharge


class OfService(django_filters.FilterSet):
    """Rows of one service."""

    service = ServiceChoice(field_name="service__code", choices=(), label=_("Service"))


class TableFilter(OfService):
    """Rate tables."""

    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = RateTable
        fields: list[str] = []


class TermsFilter(OfService):
    """Terms."""

    class Meta:
        model = ServiceTerms
        fields: list[str] = []


class PlaceFilter(OfService):
    """Destinations."""

    country = django_filters.CharFilter(lookup_expr="iexact", label=_("Country"))

    class Meta:
        model = ServiceDestination
        fields: list[str] = []


class SurchargeFilter(OfService):
    """Surcharges."""

    kind = django_filters.MultipleChoiceFilter(choices=SurchargeKind.choices, label=_("Kind"))

    class Meta:
        model = Surcharge
        fields: list[str] = []


class ChoiceFilter(django_filters.FilterSet):
    """Choosing rules."""

    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = ChoiceRule
        fields: list[str] = []
