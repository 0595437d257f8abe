"""What the lists of dispatch may be asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core.clock import utcnow
from logistics.choices import NoteState, NumberState, ServiceKind, Work
from logistics.models import ApprovalRule, DispatchNote, PrintBatch, Service, WaybillNumber
from logistics.selectors import board, clerks
from logistics.selectors import dispatch as selectors

#: The three clocks of a note that is still in the house.
CLOCKS = [("target", _("Payment clock")), ("pickup", _("Pick-up")), ("ship_by", _("Shop's latest dispatch"))]


class ServiceChoice(django_filters.ChoiceFilter):
    """One of the services there are now; asked without a query on most pages."""

    @property
    def field(self) -> Any:
        """The field with the services of this moment."""
        self.__dict__.pop("_field", None)
        self.extra["choices"] = selectors.service_choices()
        return super().field


class NoteFilter(django_filters.FilterSet):
    """Filters of the list of dispatch notes."""

    work = django_filters.ChoiceFilter(choices=Work.choices, method="by_work", label=pgettext_lazy("board", "Next"))
    state = django_filters.MultipleChoiceFilter(choices=NoteState.choices, label=_("State"))
    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )
    service = ServiceChoice(field_name="service__code", choices=(), label=_("Service"))
    country = django_filters.CharFilter(method="by_country", label=_("Country"))
    due_at = django_filters.DateFromToRangeFilter(label=_("To the warehouse by"))
    order = django_filters.NumberFilter(field_name="order_id", label=_("Order"))
    clerk = django_filters.NumberFilter(method="by_clerk", label=_("In hand of"))
    clock = django_filters.ChoiceFilter(choices=CLOCKS, method="by_clock", label=_("Clock run out"))
    number_waiting = django_filters.BooleanFilter(method="by_waiting", label=_("Number reserved, goods missing"))

    class Meta:
        model = DispatchNote
        fields: list[str] = []

    def by_work(self, rows: QuerySet[DispatchNote], name: str, value: str) -> QuerySet[DispatchNote]:
        """One column of the board."""
        return board.narrow(rows, value, utcnow())

    def by_country(self, rows: QuerySet[DispatchNote], name: str, value: str) -> QuerySet[DispatchNote]:
        """ISO-2 code, case ignored."""
        return rows.filter(country=value.strip().upper()[:2])

    def by_clerk(self, rows: QuerySet[DispatchNote], name: str, value: Decimal) -> QuerySet[DispatchNote]:
        """Open notes that a person has in hand, by his id; 0 = nobody has them."""
        return clerks.of_clerk(rows, int(value)) if 0 <= value < 2**62 else rows.none()

    def by_clock(self, rows: QuerySet[DispatchNote], name: str, value: str) -> QuerySet[DispatchNote]:
        """Open notes whose clock of that name has run out."""
        return clerks.past(rows, value, utcnow())

    def by_waiting(self, rows: QuerySet[DispatchNote], name: str, value: bool) -> QuerySet[DispatchNote]:
        """Notes that have a number and no goods."""
        found = clerks.number_without_goods().values("pk")
        return rows.filter(pk__in=found) if value else rows.exclude(pk__in=found)


class NumberFilter(django_filters.FilterSet):
    """Filters of the list of waybill numbers."""

    state = django_filters.MultipleChoiceFilter(choices=NumberState.choices, label=_("State"))
    service = ServiceChoice(field_name="service__code", choices=(), label=_("Service"))

    class Meta:
        model = WaybillNumber
        fields: list[str] = []


class BatchFilter(django_filters.FilterSet):
    """Filters of the print queue."""

    created_at = django_filters.DateFromToRangeFilter(label=_("Printed on"))

    class Meta:
        model = PrintBatch
        fields: list[str] = []


class ServiceFilter(django_filters.FilterSet):
    """Filters of the list of services."""

    kind = django_filters.MultipleChoiceFilter(choices=ServiceKind.choices, label=_("Family"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Service
        fields: list[str] = []


class ApprovalFilter(django_filters.FilterSet):
    """Filters of the list of approval rules."""

    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = ApprovalRule
        fields: list[str] = []
