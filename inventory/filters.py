"""What may be asked of lists of stock."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters.widgets import DateRangeWidget

from inventory.choices import MovementKind
from inventory.models import Balance, Bin, Movement, Warehouse
from inventory.selectors import open_shorts, warehouses_for

YES_NO = [("true", pgettext_lazy("filter", "Yes")), ("false", pgettext_lazy("filter", "No"))]


def _warehouses(request: Any) -> QuerySet[Warehouse]:
    return warehouses_for(request.actor)


class DayRange(df.DateFromToRangeFilter):
    """From one day to another, picked from a calendar."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=DateRangeWidget(attrs={"type": "date"}), **more)


class YesNo(df.TypedChoiceFilter):
    """Yes, no, or not asked."""

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=YES_NO, coerce=lambda value: value == "true", **more)


class StockFilter(df.FilterSet):
    """The filters of the stock list."""

    warehouse = df.ModelChoiceFilter(queryset=_warehouses, to_field_name="code", label=_("Warehouse"))
    low = YesNo(method="by_low", label=_("Running low"))
    short = YesNo(method="by_short", label=_("Orders wait"))
    empty = YesNo(method="by_empty", label=_("Nothing left"))
    bin = df.CharFilter(field_name="bin__code", label=_("Bin"))
    sku = df.CharFilter(field_name="sku__code", label=_("SKU"))

    class Meta:
        model = Balance
        fields: list[str] = []

    def by_low(self, rows: QuerySet[Balance], name: str, value: bool) -> QuerySet[Balance]:
        """At or below the reorder point."""
        low = Q(reorder_point__gt=0, on_hand__lte=F("reserved") + F("reorder_point"))
        return rows.filter(low) if value else rows.exclude(low)

    def by_short(self, rows: QuerySet[Balance], name: str, value: bool) -> QuerySet[Balance]:
        """Orders wait for goods."""
        waiting = Exists(open_shorts().filter(sku=OuterRef("sku"), warehouse=OuterRef("warehouse")))
        return rows.filter(waiting) if value else rows.exclude(waiting)

    def by_empty(self, rows: QuerySet[Balance], name: str, value: bool) -> QuerySet[Balance]:
        """Nothing can be promised any more."""
        gone = Q(on_hand__lte=F("reserved"))
        return rows.filter(gone) if value else rows.exclude(gone)


class MovementFilter(df.FilterSet):
    """The filters of the ledger."""

    sku = df.CharFilter(field_name="sku__code", label=_("SKU"))
    warehouse = df.ModelChoiceFilter(queryset=_warehouses, to_field_name="code", label=_("Warehouse"))
    kind = df.MultipleChoiceFilter(choices=MovementKind.choices, distinct=False, label=_("Kind"))
    at = DayRange(field_name="at", label=_("Day"))
    reference = df.CharFilter(field_name="reference", label=_("Reference"))

    class Meta:
        model = Movement
        fields: list[str] = []


class BinFilter(df.FilterSet):
    """The filters of the bins."""

    warehouse = df.ModelChoiceFilter(queryset=_warehouses, to_field_name="code", label=_("Warehouse"))

    class Meta:
        model = Bin
        fields: list[str] = []
