"""What the lists of dispatch may be asked."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core.clock import utcnow
from logistics.choices import NoteState, NumberState, ServiceKind, Work
from logistics.models import ApprovalRule, DispatchNote, PrintBatch, Service, WaybillNumber
from logistics.selectors import board
from logistics.selectors import dispatch as selectors


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

    class Meta:
        model = DispatchNote
        fields: list[str] = []

    def by_work(self, rows: QuerySet[DispatchNote], name: str, value: str) -> QuerySet[DispatchNote]:
        """One column of the board."""
        return board.narrow(rows, value, utcnow())

    def by_country(self, rows: QuerySet[DispatchNote], name: str, value: str) -> QuerySet[DispatchNote]:
        """ISO-2 code, case ignored."""
        return rows.filter(country=value.strip().upper()[:2])


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
