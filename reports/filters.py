"""What the lists behind the figures may be asked: a figure, its days in the store's own zone, a country, a person."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core.clock import utcnow
from core.models import ActivityEntry
from reports import selectors
from reports.choices import FIGURES, KINDS, Module
from reports.models import DailyFigure


class FigureFilter(df.ChoiceFilter):
    """The rows a figure counts, on the days of the filter ``day`` beside it."""

    def __init__(self, listing: str) -> None:
        choices = [(name, words.label) for name, words in FIGURES.items() if words.listing == listing]
        super().__init__(choices=choices, field_name=selectors.SOURCES[listing].at, label=_("Figure"))

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Lateness is judged at the moment the figures were counted, so that list and figure agree."""
        if not value:
            return qs
        days = self.parent.form.cleaned_data.get("day")
        first, last = (days.start, days.stop) if days else (None, None)
        return selectors.rows_behind(
            qs, value, first and first.date(), last and last.date(), selectors.as_of() or utcnow()
        )


class DayFilter(df.DateFromToRangeFilter):
    """Days in the zone of each row's own store; beside a figure, the days of that figure."""

    def __init__(self, listing: str) -> None:
        at = selectors.SOURCES[listing].at
        super().__init__(field_name=at, label=_("Day of the store"))

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Without a figure: by the list's own time."""
        if not value or self.parent.form.cleaned_data.get("figure"):
            return qs
        first, last = value.start, value.stop
        return selectors.on_days(qs, self.field_name, first and first.date(), last and last.date())


class OwnDays(df.DateFromToRangeFilter):
    """Rows that carry a day themselves, from one day to another."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Days are compared as days, in no zone."""
        if value and value.start is not None:
            qs = qs.filter(**{f"{self.field_name}__gte": value.start.date()})
        if value and value.stop is not None:
            qs = qs.filter(**{f"{self.field_name}__lte": value.stop.date()})
        return qs


class CountryFilter(df.CharFilter):
    """A country by its two letters."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Case is ignored."""
        return super().filter(qs, value.strip().upper()[:2]) if value else qs


class CurrencyFilter(df.CharFilter):
    """A currency by its three letters."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Case is ignored."""
        return super().filter(qs, value.strip().upper()[:3]) if value else qs


def of_person(field: str, label: Any) -> df.NumberFilter:
    """Rows of one person, by number; asked by the table of persons."""
    return df.NumberFilter(field_name=field, label=label, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class DailyFilter(df.FilterSet):
    """What may be asked of the daily table."""

    store = df.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )
    day = OwnDays(label=pgettext_lazy("report", "Day"))

    class Meta:
        model = DailyFigure
        fields: list[str] = []


class LogFilter(df.FilterSet):
    """What may be asked of the log."""

    module = df.MultipleChoiceFilter(
        choices=Module.choices, method="by_module", label=pgettext_lazy("module", "Module")
    )
    day = df.DateFromToRangeFilter(field_name="at", label=pgettext_lazy("report", "Day"))
    store = df.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", method="by_store", label=_("Store")
    )
    by = df.ChoiceFilter(choices=KINDS, field_name="actor_kind", label=_("Who"))
    who = df.CharFilter(field_name="actor_label", lookup_expr="iexact", label=_("Name"))
    verb = df.CharFilter(lookup_expr="startswith", label=_("What, as programs know it"))

    class Meta:
        model = ActivityEntry
        fields: list[str] = []

    def by_module(self, rows: QuerySet[ActivityEntry], name: str, value: list[str]) -> QuerySet[ActivityEntry]:
        """Lines about objects of these modules."""
        return rows.filter(subject_type__in=selectors.types_of(value)) if value else rows

    def by_store(self, rows: QuerySet[ActivityEntry], name: str, value: Any) -> QuerySet[ActivityEntry]:
        """Lines of one store."""
        return rows.filter(store_ref=value.pk) if value is not None else rows
