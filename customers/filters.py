"""What may be asked of the list of buyers."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core import format as f
from core.countries import by_code
from customers.models import Buyer

YES_NO = [("true", pgettext_lazy("filter", "Yes")), ("false", pgettext_lazy("filter", "No"))]


def _stores(request: Any) -> QuerySet[Any]:
    return stores_for(request.actor)


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, f.country_name(code)) for code in by_code()), key=lambda pair: pair[1])


class StoreFilter(df.ModelMultipleChoiceFilter):
    """Some of the actor's stores, by code."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``store IN ids``."""
        return qs.filter(store__in=[store.pk for store in value]) if value else qs


class Countries(df.MultipleChoiceFilter):
    """Some countries. The names are those of the reader, so the choices are made for each request."""

    field_class = forms.MultipleChoiceField


class BuyerFilter(df.FilterSet):
    """The filters of the list of buyers."""

    store = StoreFilter(queryset=_stores, to_field_name="code", distinct=False, label=_("Store"))
    country = df.MultipleChoiceFilter(choices=_countries, label=_("Country"))
    blacklisted = df.TypedChoiceFilter(
        choices=YES_NO, coerce=lambda value: value == "true", method="by_blacklist", label=_("Blacklisted")
    )

    class Meta:
        model = Buyer
        fields: list[str] = []

    def by_blacklist(self, queryset: QuerySet[Buyer], name: str, value: bool) -> QuerySet[Buyer]:
        """On the blacklist or not."""
        return queryset.filter(blacklisted_at__isnull=not value)
