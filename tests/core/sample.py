"""A small list on an existing table, with every kind of declaration, for the tests of the machinery."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.urls import include, path
from rest_framework import serializers

from core import audit
from core.errors import Conflict, Invalid
from core.listing import LISTINGS, Action, Column, Listing, Outcome, Prefix, RowPart, View, register
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.listing.rest import Resource, Write, routes
from core.models import CalendarDay


class DayRow(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField(label="Name")
    date = serializers.DateField(source="day", label="Day")
    working = serializers.BooleanField(label="Worked")
    loud = serializers.CharField(label="Loud")
    marks = serializers.ListField(child=serializers.CharField(), label="Marks")


class DayFilter(django_filters.FilterSet):
    working = django_filters.BooleanFilter(label="Worked")
    day = django_filters.DateFromToRangeFilter(label="Day")
    name = django_filters.CharFilter(label="Name")


# --- services ----------------------------------------------------------------------------------------------------------


def create_day(*, day: date, name: str, working: bool = False, actor: Any, now: Any) -> tuple[CalendarDay, bool]:
    """Twice is once."""
    if name == "bad":
        raise Invalid("bad_name", "This name is taken by the devil.", errors={"name": ["not this one"]})
    return CalendarDay.objects.get_or_create(day=day, defaults={"name": name, "working": working})


def change_day(*, calendar_day: CalendarDay, actor: Any, now: Any, **changes: Any) -> None:
    """Rename."""
    CalendarDay.objects.filter(pk=calendar_day.pk).update(**changes)


def close(*, day: CalendarDay, reason: str, actor: Any, now: Any) -> None:
    """Refuses a day that is not worked."""
    if not CalendarDay.objects.filter(pk=day.pk, working=True).update(working=False):
        raise Conflict("not_worked", "%(name)s is not worked.", name=day.name)
    audit.record(day, "day.close", actor=actor, now=now, reason=reason, text="Closed")


class CloseForm(forms.Form):
    reason = forms.CharField(max_length=50)


class CloseDays(Action):
    name, label, permission, form, undo, key = "close", "Close", "core.view_job", CloseForm, "open", "c"

    def apply(self, obj: Any, actor: Any, now: Any, **data: Any) -> str:
        close(day=obj, actor=actor, now=now, **data)
        return f"{obj.name} closed."


class OpenDays(Action):
    name, label, permission = "open", "Open", "core.view_job"

    def apply(self, obj: Any, actor: Any, now: Any, **data: Any) -> None:
        CalendarDay.objects.filter(pk=obj.pk).update(working=True)

    def check(self, obj: Any, actor: Any, now: Any) -> None:
        if obj.working:
            raise Conflict("open_already", "Worked already.")


class RenameAll(Action):
    """Set form: refuses one row, touches the rest with one statement; falls back when a name is poison."""

    name, label, permission, single = "rename", "Rename", "core.view_job", False

    def apply_many(self, objs: Any, actor: Any, now: Any, **data: Any) -> list[Outcome]:
        if any(obj.name == "poison" for obj in objs):
            raise Conflict("poison", "Poison.")
        good = [obj for obj in objs if obj.name != "keep"]
        CalendarDay.objects.filter(pk__in=[obj.pk for obj in good]).update(name="renamed")
        return [Outcome.refused(obj.pk, Conflict("kept", "Kept.")) for obj in objs if obj.name == "keep"]

    def apply(self, obj: Any, actor: Any, now: Any, **data: Any) -> None:
        if obj.name == "poison":
            raise Conflict("poison", "Poison.")
        CalendarDay.objects.filter(pk=obj.pk).update(name="single")


class Forbidden(Action):
    name, label, permission = "forbidden", "Forbidden", "accounts.change_people"

    def apply(self, obj: Any, actor: Any, now: Any, **data: Any) -> None:
        raise AssertionError("never reached")


class Broken(Action):
    name, label, permission = "broken", "Broken", "core.view_job"

    def apply(self, obj: Any, actor: Any, now: Any, **data: Any) -> None:
        CalendarDay.objects.filter(pk=obj.pk).update(name="half")
        raise RuntimeError("a fault of ours")


@register
class DayListing(Listing):
    name, title, permission = "days", "Days", "core.view_job"
    model, row, filters = CalendarDay, DayRow, DayFilter
    columns = (
        Column("name", link="core:job", sortable=True),
        Column("date", sortable="day"),
        Column("working"),
        Column("loud", default=False, html=lambda row: row["loud"] + "<b>"),
        Column("marks", default=False),
    )
    actions = (CloseDays(), OpenDays(), RenameAll(), Forbidden(), Broken())
    views = (View("all", "All", default=True), View("worked", "Worked", "working=true"))
    computed = ("loud",)
    parts = (RowPart("marks", {"marks": serializers.ListField(child=serializers.CharField(), label="Marks")},
                     lambda ids, actor: {pk: {"marks": [f"m{pk}"]} for pk in ids if pk % 2}),)  # fmt: skip
    small = True
    default_order = "date"
    search_by = (Prefix("name", upper=False),)
    exact_by = ("name",)
    url, detail_url = "days:list", "days:detail"

    def queryset(self, actor: Any) -> Any:
        return CalendarDay.objects.exclude(name="secret")

    def finish(self, rows: list[dict[str, Any]], actor: Any) -> None:
        for row in rows:
            row["loud"] = row["name"].upper()


class DayInput(serializers.Serializer):
    day = serializers.DateField()
    name = serializers.CharField(max_length=100)
    working = serializers.BooleanField(required=False)


class DayChange(serializers.Serializer):
    name = serializers.CharField(max_length=100, required=False)


class DayResource(Resource):
    listing = "days"
    create = Write(DayInput, create_day, "core.view_job")
    update = Write(DayChange, change_day, "core.view_job")


class DayPage(DetailPage):
    listing_name = "days"
    title = "Day"


_pages = ([path("", ListPage.of("days"), name="list"), path("<int:pk>/", DayPage.as_view(), name="detail")], "days")

urlpatterns = [
    path("days/", include(_pages)),
    path("api/v1/", include((routes([DayResource]), "sample"))),
    path("", include("erp.urls")),
]
DAYS = LISTINGS.pop("days")  # conftest puts it back for the tests of this list only
handler403, handler404, handler500 = "core.views.forbidden", "core.views.not_found", "core.views.server_error"
