"""What may be asked of the lists of tracking sources."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from logistics.choices import FollowState, PushState
from logistics.models import FollowedNumber, TrackingPush, TrackingSource


class SourceFilter(django_filters.FilterSet):
    """Tracking sources."""

    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = TrackingSource
        fields: list[str] = []


class FollowedFilter(django_filters.FilterSet):
    """Followed numbers."""

    state = django_filters.MultipleChoiceFilter(choices=FollowState.choices, label=_("State"))
    source = django_filters.ModelChoiceFilter(
        queryset=lambda request: TrackingSource.objects.all(), to_field_name="code", label=_("Tracking source")
    )
    store = django_filters.ModelChoiceFilter(
        field_name="parcel__store", queryset=lambda request: stores_for(request.actor), to_field_name="code",
        label=_("Store"),
    )  # fmt: skip

    class Meta:
        model = FollowedNumber
        fields: list[str] = []


class PushFilter(django_filters.FilterSet):
    """Pushes."""

    state = django_filters.MultipleChoiceFilter(choices=PushState.choices, label=_("State"))
    source = django_filters.ModelChoiceFilter(
        queryset=lambda request: TrackingSource.objects.all(), to_field_name="code", label=_("Tracking source")
    )

    class Meta:
        model = TrackingPush
        fields: list[str] = []
