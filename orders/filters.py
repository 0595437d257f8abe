"""What may be asked of lists of orders."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django_filters.widgets import DateRangeWidget

from accounts.selectors import store_names
from conversations.choices import Direction
from conversations.models import Conversation, Message
from core import format as f
from core.audit import Actor
from orders.choices import TO_SHIP, FlagColour, HoldReason, OrderState, OrderType, Stage
from orders.models import Order, OrderFlag, OrderLine, OrderRule
from orders.selectors import countries_seen, open_wishes_exist, ungreeted_among

#: What may be asked about the buyer's messages.
WROTE = (("yes", _("wrote about it")), ("waits", _("waits for an answer")))


def _yes_no() -> list[tuple[str, Any]]:
    return [("", "—"), ("true", pgettext("filter", "Yes")), ("false", pgettext("filter", "No"))]


def _countries() -> list[tuple[str, str]]:
    return [(code, f.country_name(code)) for code in countries_seen()]


class Among(df.MultipleChoiceFilter):
    """One of several values of a column of the row itself: a plain IN, without the DISTINCT that joins would need.

    ``choices`` is a function: a form is copied for each request, and lists of translated words are dear to copy.
    """

    field_class = forms.MultipleChoiceField

    def __init__(self, **more: Any) -> None:
        super().__init__(distinct=False, **more)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``column IN values``; nothing chosen asks nothing."""
        if self._method is not None:
            return super().filter(qs, value)
        return qs.filter(**{f"{self.field_name}__in": list(value)}) if value else qs


class OpenField(forms.MultipleChoiceField):
    """Offered are those that exist; anything of the right shape may be asked (and finds nothing)."""

    def valid_value(self, value: str) -> bool:
        """A short word."""
        return 0 < len(value) <= 40 and "\x00" not in value


class CountryFilter(Among):
    """Orders to some countries."""

    field_class = OpenField


class StoreFilter(Among):
    """Some of the actor's stores, by code."""

    field_class = OpenField

    def offered(self, actor: Actor) -> list[tuple[int, str, str]]:
        """What its look depends on."""
        return store_names(actor)

    @property
    def field(self) -> Any:
        """The field with the stores of whoever asks."""
        made = super().field
        request = getattr(getattr(self, "parent", None), "request", None)
        if request is not None:
            made.choices = [(code, name) for _pk, code, name in store_names(request.actor)]
        return made


class DayRange(df.DateFromToRangeFilter):
    """From one day to another, picked from a calendar."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=DateRangeWidget(attrs={"type": "date"}), **more)


class YesNo(df.TypedChoiceFilter):
    """Yes, no, or not asked."""

    field_class = forms.TypedChoiceField

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=_yes_no, coerce=lambda value: value == "true", empty_value=None, **more)


class OrderFilter(df.FilterSet):
    """The filters of the order list; the first four stand as chips."""

    stage = Among(choices=lambda: Stage.choices, label=_("Stage"))
    store = StoreFilter(choices=list, field_name="store__code", label=_("Store"))
    country = CountryFilter(choices=_countries, label=_("Country"))
    placed = DayRange(field_name="placed_at", label=_("Placed"))
    state = Among(choices=lambda: OrderState.choices, label=_("State"))
    paid = DayRange(field_name="paid_at", label=_("Paid"))
    ship_by = DayRange(method="by_ship_by", label=_("Latest dispatch"))
    service = df.CharFilter(method="by_service", label=_("Service"))
    flag = Among(choices=lambda: FlagColour.choices, method="by_flag", label=_("Flag"))
    hold_reason = Among(choices=lambda: HoldReason.choices, method="by_hold_reason", label=_("Held because"))
    sku = df.CharFilter(method="by_sku", label=_("SKU"))
    has_wish = YesNo(method="by_wish", label=_("Has a wish"))
    unmatched = YesNo(method="by_unmatched", label=_("To match"))
    ungreeted = YesNo(method="by_ungreeted", label=_("Not greeted"))
    wrote = Among(choices=lambda: WROTE, method="by_wrote", label=_("The buyer wrote"))
    history = YesNo(field_name="history", label=_("History"))
    type = Among(choices=lambda: OrderType.choices, label=_("Type"))
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
        return rows.filter(
            Q(stage__in=[Stage.HELD, Stage.RISK], hold_reason__in=value) | Q(intercept__in=value, state__in=TO_SHIP)
        )

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
        waiting = Exists(
            OrderLine._base_manager.filter(order=OuterRef("pk"), item__matched=False, item__not_goods=False)
        )
        return rows.filter(waiting, state__in=TO_SHIP) if value else rows.exclude(waiting)

    def by_wrote(self, rows: QuerySet[Order], name: str, value: list[str]) -> QuerySet[Order]:
        """Orders about which the buyer wrote, or whose buyer waits for our answer (MSG-19)."""
        if not value:
            return rows
        said = Message._base_manager.filter(direction=Direction.IN, about_type="orders.order", about_id=OuterRef("pk"))
        waits = Conversation._base_manager.filter(buyer=OuterRef("buyer_id"), waiting_since__isnull=False)
        wanted = Q()
        if "yes" in value:
            wanted |= Q(Exists(said))
        if "waits" in value:
            wanted |= Q(Exists(waits))
        return rows.filter(wanted)

    def by_ungreeted(self, rows: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        """Paid orders nobody has greeted."""
        return ungreeted_among(rows) if value else rows.filter(greeted_at__isnull=False)


class RuleFilter(df.FilterSet):
    """The filters of the sorting rules."""

    active = YesNo(field_name="active", label=_("In use"))

    class Meta:
        model = OrderRule
        fields: list[str] = []
