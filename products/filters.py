"""What may be asked of lists of articles and channel SKUs."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from products import selectors
from products.models import ChannelItem, Sku

YES_NO = [("true", pgettext_lazy("filter", "Yes")), ("false", pgettext_lazy("filter", "No"))]
ITEM_STATES = [
    ("to_match", pgettext_lazy("channel SKU", "To match")), ("matched", pgettext_lazy("channel SKU", "Matched")),
    ("not_goods", pgettext_lazy("channel SKU", "Not goods")),
]  # fmt: skip


def _stores(request: Any) -> QuerySet[Any]:
    return stores_for(request.actor)


class StoreFilter(df.ModelMultipleChoiceFilter):
    """Some of the actor's stores, by code."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``store IN ids``."""
        return qs.filter(store__in=[store.pk for store in value]) if value else qs


class SkuFilter(df.FilterSet):
    """The filters of the list of articles."""

    active = df.TypedChoiceFilter(choices=YES_NO, coerce=lambda value: value == "true", label=_("In use"))
    goods_class = df.CharFilter(label=_("Goods class"))

    class Meta:
        model = Sku
        fields: list[str] = []


class ItemFilter(df.FilterSet):
    """The filters of the list of channel SKUs."""

    state = df.MultipleChoiceFilter(choices=ITEM_STATES, method="by_state", label=_("State"))
    store = StoreFilter(queryset=_stores, to_field_name="code", distinct=False, label=_("Store"))
    needed = df.TypedChoiceFilter(
        choices=YES_NO, coerce=lambda value: value == "true", method="by_needed", label=_("Orders wait for it")
    )

    class Meta:
        model = ChannelItem
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[ChannelItem], name: str, value: list[str]) -> QuerySet[ChannelItem]:
        """Any of the states."""
        return selectors.items_in(queryset, value) if value else queryset

    def by_needed(self, queryset: QuerySet[ChannelItem], name: str, value: bool) -> QuerySet[ChannelItem]:
        """Whether an order that is not history asked for it."""
        return queryset.filter(needed_at__isnull=not value)
