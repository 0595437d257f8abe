"""What may be asked of the lists of the doors."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from stores.choices import Ability, CallState, InboundState
from stores.models import Deadline, InboundRecord, OutboundCall


def _stores(request: Any) -> QuerySet[Any]:
    return stores_for(request.actor)


class StoreFilter(django_filters.ModelMultipleChoiceFilter):
    """Some of the actor's stores, by code."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``store IN ids``."""
        return qs.filter(store__in=[store.pk for store in value]) if value else qs


class CallFilter(django_filters.FilterSet):
    """What may be asked of the list of calls."""

    state = django_filters.MultipleChoiceFilter(choices=CallState.choices, label=_("State"))
    store = StoreFilter(queryset=_stores, to_field_name="code", field_name="store", distinct=False, label=_("Store"))
    ability = django_filters.MultipleChoiceFilter(choices=Ability.choices, label=_("What"))

    class Meta:
        model = OutboundCall
        fields: list[str] = []


class RecordFilter(django_filters.FilterSet):
    """What may be asked of the list of raw records."""

    state = django_filters.MultipleChoiceFilter(choices=InboundState.choices, label=_("State"))
    store = StoreFilter(queryset=_stores, to_field_name="code", field_name="store", distinct=False, label=_("Store"))

    class Meta:
        model = InboundRecord
        fields: list[str] = []


class DeadlineFilter(django_filters.FilterSet):
    """What may be asked of the list of clocks."""

    channel = django_filters.AllValuesMultipleFilter(label=_("Channel"))
    topic = django_filters.AllValuesMultipleFilter(label=_("Topic"))

    class Meta:
        model = Deadline
        fields: list[str] = []
