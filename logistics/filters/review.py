"""What the lists of the weekly review may be asked."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from logistics.choices import Anomaly
from logistics.models import ReviewLine, TransitReview


class ReviewFilter(django_filters.FilterSet):
    """Filters of the list of reviews."""

    open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull", label=_("Still open"))
    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )

    class Meta:
        model = TransitReview
        fields: list[str] = []


class ReviewLineFilter(django_filters.FilterSet):
    """Filters of the lines of reviews."""

    review = django_filters.NumberFilter(field_name="review_id", label=_("Review"))
    reason = django_filters.MultipleChoiceFilter(choices=Anomaly.choices, label=_("Reason"))
    noted = django_filters.BooleanFilter(method="by_noted", label=_("With a finding"))
    told = django_filters.BooleanFilter(field_name="told_at", lookup_expr="isnull", exclude=True, label=_("Buyer told"))
    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )

    class Meta:
        model = ReviewLine
        fields: list[str] = []

    def by_noted(self, rows: QuerySet[ReviewLine], name: str, value: bool) -> QuerySet[ReviewLine]:
        """Lines somebody looked at, or nobody yet."""
        return rows.exclude(finding="") if value else rows.filter(finding="")
