"""What may be asked of lists of orders."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core import format as f
from orders.choices import TO_SHIP, FlagColour, HoldReason, OrderState, OrderType, Stage
from orders.models import Order, OrderFlag, OrderLine, OrderRule
from orders.selectors import countries_seen, open_wishes_exist, ungreeted_among

YES_NO = [("true", pgettext_lazy("filter", "Yes")), ("false", pgettext_lazy("filter", "No"))]


def _stores(request: Any) -> QuerySet[Any]:
    return stores_for(request.actor)


def _countries() -> list[tuple[str, str]]:
    return [(code, f.country_name(code)) for code in countries_seen()]


class Among(df.MultipleChoiceFilter):
    """One of several values of a column of the row itself: a plain IN, without the DISTINCT that joins would need."""

    def __init__(self, **more: Any) -> None:
        super().__init__(distinct=False, **more)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``column IN values``; nothing chosen asks nothing."""
        return qs.filter(**{f"{self.field_name}__in": list(value)}) if value else qs


class StoreFilter(df.ModelMultipleChoiceFilter):
    """Some of the actor's stores, by code."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``store IN ids``."""
        return qs.filter(**{f"{self.field_name}__in": [store.pk for store in value]}) if value else qs


class CountryField(forms.MultipleChoiceField):
    """Countries by code. Offered are those that orders went to; any two letters may be asked."""

    def valid_value(self, value: str) -> bool:
        """Two letters."""
        return len(value) == 2 and value.isascii() and value.isalpha()


class CountryFilter(Among):
    """Orders to some countries."""

    field_class = CountryField


class YesNo(df.TypedChoiceFilter):
    """Yes, no, or not asked."""

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=YES_NO, coerce=lambda value: value == "true", **more)


class OrderFilter(df.FilterSet):
    """The filters of the order list; the first four stand as chips."""

    stage = Among(choices=Stage.choices, label=_("Stage"))
    store = StoreFilter(queryset=_stores, to_field_name="code", field_name="store", distinct=False, label=_("Store"))
    country = CountryFilter(choices=_countries, label=_("Country"))
    placed = df.DateFromToRangeFilter(field_name="placed_at", label=_("Placed"))
    state = Among(choices=OrderState.choices, label=_("State"))
    paid = df.DateFromToRangeFilter(field_name="paid_at", label=_("Paid"))
    ship_by = df.DateFromToRangeFilter(method="by_ship_by", label=_("Latest dispatch"))
    service = df.CharFilter(method="by_service", label=_("Service"))
    flag = df.MultipleChoiceFilter(choices=FlagColour.choices, distinct=False, method="by_flag", label=_("Flag"))
    hold_reason = df.MultipleChoiceFilter(choices=HoldReason.choices, distinct=False, method="by_hold_reason", label=_("Held because"))
    sku = df.CharFilter(method="by_sku", label=_("SKU"))
    has_wish = YesNo(method="by_wish", label=_("Has a wish"))
    unmatched = YesNo(method="by_unmatched", label=_("To match"))
    ungreeted = YesNo(method="by_ungreeted", label=_("Not greeted"))
    history = YesNo(field_name="history", label=_("History"))
    type = Among(choices=OrderType.choices, label=_("Type"))
    buyer = df.NumberFilter(field_name="buyer_id", widget=forms.HiddenInput, min_value=1, max_value=2**62)

    class Meta:
        model = Order
        fields: list[str] = []

    def by_ship_by(self, rows: QuerySet[Order], name: str, value: slice) -> QuerySet[Order]:
        """Latest dispatch within days; only orders that are still to be sent."""
        rows = rows.filter(state__in=TO_SHIP)
        if value.start is not None:
            rows = rows.filter(ship_by__gte=value.start)
        return rows.filter(ship_by__lte=value.stop) if value.stop is not None else rows

    def by_service(self, rows: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """The service the buyer paid for (its beginning), or the code of the chosen one."""
        return rows.filter(Q(shipping_method__istartswith=value) | Q(service_code__iexact=value))

    def by_flag(self, rows: QuerySet[Order], name: str, value: list[str]) -> QuerySet[Order]:
        """Orders with one of the coloured marks."""
        if not value:
            return rows
        return rows.filter(Exists(OrderFlag._base_manager.filter(order=OuterRef("pk"), colour__in=value)))

    def by_hold_reason(self, rows: QuerySet[Order], name: str, value: list[str]) -> QuerySet[Order]:
        """Held or stopped orders, by reason."""
        if not value:
            return rows
        return rows.filter(Q(stage__in=[Stage.HELD, Stage.RISK], hold_reason__in=value) | Q(intercept__in=value, state__in=TO_SHIP))

    def by_sku(self, rows: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Orders with a line of this channel SKU or of this article."""
        code = value.strip()
        lines = OrderLine._base_manager.filter(Q(item__channel_sku=code) | Q(item__matches__sku__code=code))
        return rows.filter(pk__in=lines.values("order_id"))

    def by_wish(self, rows: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        """Orders with a wish that still counts."""
        return rows.filter(open_wishes_exist()) if value else rows.exclude(open_wishes_exist())

    def by_unmatched(self, rows: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        """Orders with a line nobody has matched."""
        waiting = Exists(OrderLine._base_manager.filter(order=OuterRef("pk"), item__matched=False, item__not_goods=False))
        return rows.filter(waiting, state__in=TO_SHIP) if value else rows.exclude(waiting)

    def by_ungreeted(self, rows: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        """Paid orders nobody has greeted."""
        return ungreeted_among(rows) if value else rows.filter(greeted_at__isnull=False)


class RuleFilter(df.FilterSet):
    """The filters of the sorting rules."""

    active = YesNo(field_name="active", label=_("In use"))

    class Meta:
        model = OrderRule
        fields: list[str] = []
