"""What the list of ratings may be asked."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from disputes.models import Feedback


class FeedbackFilter(django_filters.FilterSet):
    """Filters of the list of ratings."""

    stars = django_filters.MultipleChoiceFilter(choices=[(n, "★" * n) for n in range(1, 6)], label=_("Stars"))
    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )
    given_at = django_filters.DateFromToRangeFilter(label=_("Given"))
    order = django_filters.NumberFilter(field_name="order_id", label=_("Order"))

    class Meta:
        model = Feedback
        fields: list[str] = []
