"""What may be asked of the lists of parcels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core import policies as house
from core.clock import utcnow
from logistics.choices import EventStage, ParcelState, TrackingState
from logistics.filters.figures import FigureFilter
from logistics.models import Parcel, Service, TrackingEvent
from logistics.policies import parcels as policies
from logistics.selectors import lane_parcels, sources

LATENESS = [
    ("late", pgettext_lazy("lateness", "Later than promised")),
    ("lane", pgettext_lazy("lateness", "Later than most of its lane")),
    ("ending", pgettext_lazy("lateness", "Receiving time ends within 5 days")),
    ("due", pgettext_lazy("lateness", "Check is due")),
    ("silent", pgettext_lazy("lateness", "No event for 15 days")),
    ("blind", pgettext_lazy("lateness", "Tracking source silent")),
]


class ParcelFilter(django_filters.FilterSet):
    """Filters of the list of parcels."""

    state = django_filters.MultipleChoiceFilter(choices=ParcelState.choices, label=_("State"))
    tracking_state = django_filters.MultipleChoiceFilter(choices=TrackingState.choices, label=_("Tracking"))
    lateness = django_filters.ChoiceFilter(choices=LATENESS, method="by_lateness", label=_("Lateness"))
    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )
    service = django_filters.ModelChoiceFilter(
        queryset=lambda request: Service.objects.all(), to_field_name="code", label=_("Service")
    )
    country = django_filters.CharFilter(method="by_country", label=_("Country"))
    shipped_at = django_filters.DateFromToRangeFilter(label=_("Handed over"))
    later_than = django_filters.NumberFilter(
        method="by_lane", label=_("Later than so many per cent of its lane"), min_value=0, max_value=100
    )
    order = django_filters.NumberFilter(field_name="order_id", label=_("Order"))
    behind = FigureFilter(method="by_figure", label=_("Behind a figure of a lane"))

    class Meta:
        model = Parcel
        fields: list[str] = []

    def by_country(self, rows: QuerySet[Parcel], name: str, value: str) -> QuerySet[Parcel]:
        """ISO-2 code, case ignored."""
        return rows.filter(country=value.strip().upper()[:2])

    def by_lane(self, rows: QuerySet[Parcel], name: str, value: Any) -> QuerySet[Parcel]:
        """Parcels under way that are later than so many per cent of their lane, as reckoned last."""
        return rows.filter(later_than__gte=int(value), state=ParcelState.SHIPPED)

    def by_figure(self, rows: QuerySet[Parcel], name: str, value: str) -> QuerySet[Parcel]:
        """The parcels counted in a figure on the page of a lane."""
        return rows.filter(lane_parcels.behind(value, utcnow()))

    def by_lateness(self, rows: QuerySet[Parcel], name: str, value: str) -> QuerySet[Parcel]:
        """Parcels under way that are late in one of the ways."""
        now = utcnow()
        if value == "blind":
            return sources.blind_of(rows, now)
        quiet, near = (int(house.value(rule, now)) for rule in (policies.STALLED_DAYS, policies.ENDING_DAYS))
        wanted: dict[str, Q] = {
            "late": Q(promised_by__lt=now), "ending": Q(receive_by__lte=now + timedelta(days=near)),
            "lane": Q(later_than__gte=int(house.value(policies.SLOW_PERCENT, now))), "due": Q(next_check_at__lte=now),
            "silent": Q(last_event_at__lt=now - timedelta(days=quiet)),
        }  # fmt: skip
        return rows.filter(wanted[value], state=ParcelState.SHIPPED)


class EventFilter(django_filters.FilterSet):
    """Filters of the list of tracking events."""

    parcel = django_filters.NumberFilter(field_name="parcel_id", label=_("Parcel"))
    stage = django_filters.MultipleChoiceFilter(choices=EventStage.choices, label=_("Event"))
    number = django_filters.CharFilter(method="by_number", label=_("Waybill number"))

    class Meta:
        model = TrackingEvent
        fields: list[str] = []

    def by_number(self, rows: QuerySet[TrackingEvent], name: str, value: str) -> QuerySet[TrackingEvent]:
        """Events of the parcels with this waybill number."""
        key = "".join(value.split()).upper()
        return rows.filter(parcel__in=Parcel.objects.filter(tracking_key=key).values("pk"))
