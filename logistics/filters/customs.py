"""Filters of the lists of customs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from logistics.choices import DifferenceReason, DifferenceState, GoodsAction
from logistics.models import (
    CountryRule,
    GoodsClassRule,
    NationalCode,
    NoteLine,
    StopWordRule,
    TaxNumber,
    ValueDifference,
)

MISSING = [
    ("text", _("Customs text")),
    ("hs", _("HS code")),
    ("origin", _("Origin")),
    ("weight", pgettext_lazy("customs", "Weight")),
]
GROUPS = [
    (name, name) for name in ("EU", "EUROPE", "EAEU", "NAMERICA", "LATAM", "APAC", "MEA", "DEFAULT")
]  # fmt: skip


class CountryRuleFilter(django_filters.FilterSet):
    """Filters of the rules of countries."""

    group = django_filters.MultipleChoiceFilter(choices=GROUPS, label=_("Region"))
    country = django_filters.CharFilter(lookup_expr="iexact", max_length=2, label=_("Country"))

    class Meta:
        model = CountryRule
        fields: list[str] = []


class GoodsClassFilter(django_filters.FilterSet):
    """Filters of the classes of goods."""

    action = django_filters.MultipleChoiceFilter(choices=GoodsAction.choices, label=_("What follows"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = GoodsClassRule
        fields: list[str] = []


class StopWordFilter(django_filters.FilterSet):
    """Filters of the stop words."""

    level = django_filters.MultipleChoiceFilter(
        choices=[("review", _("look at it")), ("block", _("must be mended"))], label=_("What follows")
    )
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = StopWordRule
        fields: list[str] = []


class NationalCodeFilter(django_filters.FilterSet):
    """Filters of the national codes."""

    country = django_filters.CharFilter(lookup_expr="iexact", max_length=2, label=_("Country"))

    class Meta:
        model = NationalCode
        fields: list[str] = []


class TaxNumberFilter(django_filters.FilterSet):
    """Filters of the tax numbers."""

    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )

    class Meta:
        model = TaxNumber
        fields: list[str] = []


class DifferenceFilter(django_filters.FilterSet):
    """Filters of differing values."""

    state = django_filters.MultipleChoiceFilter(choices=DifferenceState.choices, label=_("State"))
    reason = django_filters.MultipleChoiceFilter(choices=DifferenceReason.choices, label=_("Reason"))

    class Meta:
        model = ValueDifference
        fields: list[str] = []


class GapFilter(django_filters.FilterSet):
    """Filters of the gaps."""

    missing = django_filters.ChoiceFilter(choices=MISSING, method="lacking", label=_("Missing"))
    country = django_filters.CharFilter(
        field_name="note__country", lookup_expr="iexact", max_length=2, label=_("Country")
    )
    sku = django_filters.CharFilter(field_name="sku__code", max_length=60, label=_("Article"))
    note = django_filters.CharFilter(field_name="note__number", max_length=20, label=pgettext_lazy("dispatch", "Note"))

    class Meta:
        model = NoteLine
        fields: list[str] = []

    def lacking(self, rows: QuerySet[NoteLine], name: str, value: Any) -> QuerySet[NoteLine]:
        """Lines that lack one thing."""
        return {
            "text": rows.filter(sku__customs_text=""), "hs": rows.filter(short_code=True), "origin": rows.filter(sku__origin=""),
            "weight": rows.filter(sku__weight_g__isnull=True),
        }[value]  # fmt: skip
