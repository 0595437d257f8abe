"""The daily table, and what the lists behind the figures learn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import LISTINGS, Column, Listing, RowPart, View, register, register_part
from disputes.selectors import causes
from reports import filters, selectors
from reports.choices import COLUMNS, FIGURES
from reports.models import DailyFigure
from reports.selectors import page_of

#: Lists whose own filters already ask the country.
_HAVE_COUNTRY = ("orders", "parcels")
_HAVE_MONEY = ("orders", "remedies")
#: Beside the fields of a row: the lists its reader may open.
_OPEN = "_opens"
_WHY = "an index on each time finds the days; the condition narrows them"


def _part(name: str) -> RowPart:
    made: dict[str, Any] = {"figure": filters.FigureFilter(name), "day": filters.DayFilter(name)}
    if name not in _HAVE_COUNTRY:
        made["country"] = filters.CountryFilter(field_name=selectors.SOURCES[name].country, label=_("Country"))
    if name in _HAVE_MONEY:
        made["currency"] = filters.CurrencyFilter(field_name="currency", label=_("Currency"))
    if name == "messages":
        made["author"] = filters.of_person("author_id", _("Written by"))
    if name == "parcels":
        made["packed_by"] = filters.of_person("packed_by_id", _("Packed by"))
        made["handed_over_by"] = filters.of_person("handed_over_by_id", _("Handed over by"))
    return RowPart("figures", filters=made, scan_ok=dict.fromkeys(made, _WHY))


for _name in selectors.SOURCES:
    if _name in LISTINGS:
        register_part(_name, _part(_name))


class MoneyRow(serializers.Serializer):
    """The money of a day in one currency."""

    currency = serializers.CharField()
    revenue = serializers.DecimalField(18, 4)
    refunded = serializers.DecimalField(18, 4)


class DailyMoneyRow(serializers.Serializer):
    """The money of a day."""

    money = MoneyRow(many=True, label=_("Revenue"))
    revenue_house = serializers.DecimalField(18, 4, label=_("Revenue in house currency"), allow_null=True)
    refunded_house = serializers.DecimalField(18, 4, label=_("Refunded in house currency"), allow_null=True)
    house_currency = serializers.CharField(label=_("House currency"), allow_null=True)


class CauseCount(serializers.Serializer):
    """One root cause of a day; empty: not named yet."""

    cause = serializers.CharField(allow_blank=True)
    cases = serializers.IntegerField()
    bad_ratings = serializers.IntegerField()


class DailyCausesRow(serializers.Serializer):
    """The root causes of a day."""

    causes = CauseCount(many=True, label=_("Root causes"))


def _row() -> type[serializers.Serializer]:
    fields: dict[str, Any] = {
        "id": serializers.CharField(),
        "store": serializers.CharField(source="store.code", label=_("Store")),
        "day": serializers.DateField(label=pgettext_lazy("report", "Day")),
        "working": serializers.BooleanField(label=_("Working day")),
        "holiday": serializers.CharField(label=_("Holiday"), allow_blank=True),
        **{name: serializers.IntegerField(label=FIGURES[name].label) for name in COLUMNS},
    }
    return type("DailyRow", (serializers.Serializer,), {**fields, "__doc__": "The figures of a store's day."})


def _revenue(row: Mapping[str, Any]) -> Any:
    return f.joined_html([f.money(one["revenue"], one["currency"]) for one in row["money"] if one["revenue"]]) or f.DASH


def _opens(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """The count as a link to the rows it counts."""

    def cell(row: Mapping[str, Any]) -> Any:
        count = f.number(row[name])
        if not row[name] or FIGURES[name].listing not in row.get(_OPEN, ()):
            return count
        return f.link_html(page_of(name, row["day"], row["day"], store=row["store"]), count)

    return cell


def _plain(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: row[name]


def _causes(row: Mapping[str, Any]) -> str:
    """Each cause with its cases and bad ratings."""
    parts = (f"{causes.name_of(one['cause'])} {one['cases'] + one['bad_ratings']}" for one in row["causes"])
    return "; ".join(parts)


def _holiday(row: Mapping[str, Any]) -> str:
    """A day off by its name; nothing on a working day: figures are recorded on both."""
    return "" if row["working"] else str(row["holiday"] or _("day off"))


def _sums(row: Mapping[str, Any]) -> str:
    return "; ".join(f"{one['revenue']:.2f} {one['currency']}" for one in row["money"] if one["revenue"])


_SHOWN = (
    "placed",
    "paid",
    "dispatched",
    "handed_over",
    "delivered",
    "cases_opened",
    "refunds",
    "answered_in_time",
    "answered_late",
)


@register
class DailyListing(Listing):
    """The figures of each store and day; exports are the table for the spreadsheet."""

    name, title, permission = "daily-figures", _("Figures by day"), "reports.view_report"
    model, row, filters = DailyFigure, _row(), filters.DailyFilter
    columns = [
        Column("day", sortable=True),
        Column("holiday", html=_holiday, text=_holiday, needs=("working",)),
        Column("store", mono=True),
        Column("money", label=_("Revenue"), html=_revenue, text=_sums, align="num"),
        *(
            Column(name, default=name in _SHOWN, html=_opens(name), text=_plain(name), needs=("store", "day"))
            for name in COLUMNS
        ),
        Column("causes", default=False, html=_causes, text=_causes),
        Column("revenue_house", default=False),
        Column("refunded_house", default=False),
        Column("house_currency", default=False),
    ]
    parts = [
        RowPart(
            "money",
            fields=DailyMoneyRow().fields,
            part=lambda ids, actor: selectors.money_of_days(ids),
        ),
        RowPart(
            "causes",
            fields=DailyCausesRow().fields,
            part=lambda ids, actor: selectors.causes_of_days(ids),
            empty={"causes": []},
        ),
    ]
    views = [View("all", _("All"), default=True, counted=False)]
    computed = ("working", "holiday")
    url, detail_url, default_order, label_field = "reports:daily", "", "-day", "day"
    empty = (_("No figures yet."), _("They are counted some minutes after the first orders are here."), "", "")
    icon = "chart-bar"

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Which days were off, and which lists the reader may open: a figure of another stands there without an address."""
        off = selectors.days_off([row["day"] for row in rows])
        for row in rows:
            row["working"], row["holiday"] = row["day"] not in off, off.get(row["day"], "")
        opens = {words.listing for name, words in FIGURES.items() if selectors.may_open(actor, name)}
        for row in rows:
            row[_OPEN] = opens

    def queryset(self, actor: Actor) -> QuerySet[DailyFigure]:
        """Whole days of the actor's stores."""
        return selectors.daily_figures(actor)
