"""Lists of what services cost: rate tables, terms, destinations, surcharges, choosing rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Column, register
from core.pickers import codes_in_words
from logistics.choices import PickStrategy, ServiceKind, SurchargeKind, VolumetricKind
from logistics.filters.rates import ChoiceFilter, PlaceFilter, SurchargeFilter, TableFilter, TermsFilter
from logistics.listings.naming import NAMES, named, own_text
from logistics.listings.tables import HouseTable
from logistics.models import ChoiceRule, RateTable, ServiceDestination, ServiceTerms, Surcharge
from logistics.selectors import dispatch
from logistics.selectors import rates as selectors
from logistics.selectors.customs.classes import class_names

YES_NO = {True: (_("yes"), "leaf"), False: (_("no"), "neutral")}
STANDS = {
    "now": (_("valid"), "leaf"), "ending": (_("ends soon"), "lantern"), "later": (_("begins later"), "sea"),
    "past": (_("replaced or ended"), "neutral"), "off": (_("not used"), "neutral"),
}  # fmt: skip


def service_html(row: Mapping[str, Any]) -> Any:
    """The whole name of the service; its code for those who know it."""
    name = named(row["service"], row["service__name_en"] or "", row["service__name_zh"] or "")
    return format_html('<span title="{}">{}</span>', row["service"], name)


SERVICE = {"html": service_html, "text": lambda row: row["service"], "by": ("service",), "needs": NAMES}


def countries_text(row: Mapping[str, Any]) -> str:
    """Countries by name; none means all of them."""
    return codes_in_words(row["countries"], f.country_name, _("everywhere"))


def place_html(row: Mapping[str, Any]) -> Any:
    """The country by name, as the way to its row."""
    return f.link_html(reverse("logistics:place", args=[row["id"]]), f.country_name(row["country"]))


def cm(row: Mapping[str, Any], name: str) -> str:
    """A length."""
    return f"{row[name]:g}" if row[name] else f.DASH


class TableRow(serializers.Serializer):
    """A rate table."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("List"))
    service = serializers.CharField(source="service.code", label=_("Service"))
    currency = serializers.CharField(label=_("Currency"))
    valid_from = serializers.DateField(label=_("Valid from"))
    valid_to = serializers.DateField(label=_("Valid to"), allow_null=True)
    level = serializers.CharField(label=_("Price level"))
    source = serializers.CharField(label=_("Source"))
    active = serializers.BooleanField(label=_("In use"))
    prices = serializers.IntegerField(label=_("Prices"))
    stands = serializers.ChoiceField([(k, label) for k, (label, _tone) in STANDS.items()], label=_("State"))


@register
class TableListing(HouseTable):
    """Rate tables."""

    name, title = "rate-tables", _("Rate tables")
    model, row, filters = RateTable, TableRow, TableFilter
    columns = [
        Column("name", link="logistics:rate-table"), Column("service", **SERVICE), Column("stands", badge=STANDS),
        Column("valid_from", sortable=True),
        Column("valid_to"), Column("currency"), Column("prices"), Column("level", default=False), Column("source", default=False,
        width="wide"),
        Column("active", badge=YES_NO, default=False),
    ]  # fmt: skip
    needs = NAMES
    url, detail_url, default_order, label_field = "logistics:rate-tables", "logistics:rate-table", "-valid_from", "name"
    empty = (
        _("No price lists yet."),
        _("Hand in a carrier's list, whatever its columns are called."),
        _("Import rates"),
        "orders:import-rates",
    )
    icon = "report-money"
    source = staticmethod(selectors.tables_for)


class TermsRow(serializers.Serializer):
    """Terms of a service."""

    id = serializers.CharField()
    service = serializers.CharField(source="service.code", label=_("Service"))
    valid_from = serializers.DateField(label=_("Valid from"))
    volumetric = serializers.ChoiceField(VolumetricKind.choices, label=_("Size counts as weight"))
    divisor = serializers.IntegerField(label=_("Divisor"), allow_null=True)
    volumetric_side_cm = serializers.DecimalField(7, 2, label=_("From a side of (cm)"), allow_null=True)
    volumetric_ratio = serializers.DecimalField(5, 2, label=_("From this multiple"), allow_null=True)
    rounding_g = serializers.IntegerField(label=_("Rounded up to (g)"))
    min_charge_g = serializers.IntegerField(label=_("Least weight (g)"))
    bulk_from_g = serializers.IntegerField(label=_("Whole kg from (g)"), allow_null=True)
    max_side_cm = serializers.DecimalField(7, 2, label=_("Side (cm)"), allow_null=True)
    max_sum_cm = serializers.DecimalField(7, 2, label=_("Sum (cm)"), allow_null=True)
    max_girth_cm = serializers.DecimalField(7, 2, label=_("Girth (cm)"), allow_null=True)
    min_size_cm = serializers.CharField(label=_("Smallest size"))
    fuel = serializers.BooleanField(label=_("Fuel"))
    accepts = serializers.DictField(label=_("Goods"))


def goods_text(row: Mapping[str, Any]) -> str:
    """What it takes."""
    words = {"yes": _("yes"), "no": _("no"), "check": _("ask the carrier")}
    names = row.get("named") or {}
    return "; ".join(
        f"{names.get(code, code)}: {words.get(answer, answer)}" for code, answer in (row["accepts"] or {}).items()
    )


@register
class TermsListing(HouseTable):
    """How services weigh, step and limit, each with its versions."""

    name, title = "service-terms", _("Weights and limits")
    model, row, filters = ServiceTerms, TermsRow, TermsFilter
    columns = [
        Column("service", **SERVICE, link="logistics:terms-edit"),
        Column("valid_from", sortable=True),
        Column("volumetric", badge=VolumetricKind), Column("divisor"), Column("rounding_g"), Column("min_charge_g"),
        *(Column(n, html=lambda row, n=n: cm(row, n)) for n in ("max_side_cm", "max_sum_cm", "max_girth_cm")),
        Column("min_size_cm", default=False), Column("fuel", badge=YES_NO), Column("accepts", html=goods_text, text=goods_text,
        width="wide"),
        Column("volumetric_side_cm", default=False), Column("volumetric_ratio", default=False), Column("bulk_from_g", default=False),
    ]  # fmt: skip
    needs = NAMES
    url, detail_url, default_order, label_field = (
        "logistics:terms",
        "logistics:terms-edit",
        "valid_from",
        "service__code",
    )
    empty = (
        _("No terms."), _("Say how a service weighs a parcel and what it takes."), _("New"), "logistics:terms-new",
    )  # fmt: skip
    icon = "ruler-2"
    source = staticmethod(selectors.terms_for)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """The names of the classes of goods, read once for all rows."""
        names = class_names()
        for row in rows:
            row["named"] = names


class PlaceRow(serializers.Serializer):
    """A destination of a service."""

    id = serializers.CharField()
    service = serializers.CharField(source="service.code", label=_("Service"))
    country = serializers.CharField(label=_("Country"))
    zone = serializers.CharField(label=_("Zone"))
    max_weight_g = serializers.IntegerField(label=_("Heaviest (g)"), allow_null=True)
    max_side_cm = serializers.DecimalField(7, 2, label=_("Side (cm)"), allow_null=True)
    max_sum_cm = serializers.DecimalField(7, 2, label=_("Sum (cm)"), allow_null=True)
    max_girth_cm = serializers.DecimalField(7, 2, label=_("Girth (cm)"), allow_null=True)
    note = serializers.CharField(label=_("Note"))
    note_zh = serializers.CharField(label=_("Note (Chinese)"))
    valid_from = serializers.DateField(label=_("Valid from"))


@register
class PlaceListing(HouseTable):
    """Zones of services and limits of their destinations."""

    name, title = "service-destinations", _("Zones and destinations")
    model, row, filters = ServiceDestination, PlaceRow, PlaceFilter
    columns = [
        Column("country", html=place_html, text=lambda row: row["country"], sortable=True), Column("service", **SERVICE),
        Column("zone"), Column("max_weight_g"),
        *(Column(n, html=lambda row, n=n: cm(row, n)) for n in ("max_side_cm", "max_sum_cm", "max_girth_cm")), Column("valid_from"),
        own_text("note"),
    ]  # fmt: skip
    needs = NAMES
    url, detail_url, default_order, label_field = "logistics:places", "logistics:place", "country", "country"
    empty = (
        _("No zones."), _("Say in which zone a service puts a country, and what is special there."), _("New"), "logistics:place-new",
    )  # fmt: skip
    icon = "map-pin"
    source = staticmethod(selectors.places_for)


class SurchargeRow(serializers.Serializer):
    """A surcharge."""

    id = serializers.CharField()
    service = serializers.CharField(source="service.code", label=_("Service"))
    kind = serializers.ChoiceField(SurchargeKind.choices, label=_("Kind"))
    percent = serializers.DecimalField(6, 3, label=_("Per cent"), allow_null=True)
    amount = serializers.DecimalField(12, 4, label=_("Amount"), allow_null=True)
    per_kg = serializers.DecimalField(12, 4, label=_("Per kg"), allow_null=True)
    minimum = serializers.DecimalField(12, 4, label=_("At least"), allow_null=True)
    currency = serializers.CharField(label=_("Currency"))
    countries = serializers.CharField(label=_("Countries"))
    valid_from = serializers.DateField(label=_("Valid from"))
    valid_to = serializers.DateField(label=_("To"), allow_null=True)
    note = serializers.CharField(label=_("Note"))


@register
class SurchargeListing(HouseTable):
    """Discounts, fuel and surcharges."""

    name, title = "surcharges", _("Fuel, discounts, surcharges")
    model, row, filters = Surcharge, SurchargeRow, SurchargeFilter
    columns = [
        Column("kind", badge=SurchargeKind, link="logistics:surcharge"), Column("service", **SERVICE), Column("percent"),
        Column("amount", money="currency"),
        Column("per_kg", money="currency"), Column("minimum", money="currency"),
        Column("countries", html=countries_text, text=lambda row: row["countries"]),
        Column("valid_from", sortable=True), Column("valid_to"), Column("note", default=False),
    ]  # fmt: skip
    needs = NAMES
    url, detail_url, default_order, label_field = "logistics:surcharges", "logistics:surcharge", "-valid_from", "kind"
    empty = (
        _("No surcharges."),
        _("Enter the fuel percentage of each month, discounts of your contract, fees for remote areas."),
        _("New"),
        "logistics:surcharge-new",
    )
    icon = "report-money"
    source = staticmethod(selectors.surcharges_for)


class ChoiceRow(serializers.Serializer):
    """A choosing rule."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Name"))
    name_zh = serializers.CharField(label=_("Name (Chinese)"))
    position = serializers.IntegerField(label=_("Tried in this order"))
    active = serializers.BooleanField(label=_("In use"))
    store = serializers.CharField(source="store.code", label=_("Only this store"), allow_null=True)
    countries = serializers.CharField(label=_("Countries"))
    goods_classes = serializers.CharField(label=_("Goods classes"))
    services = serializers.CharField(label=_("Services"))
    strategy = serializers.ChoiceField(PickStrategy.choices, label=_("Takes"))
    keep_promise = serializers.BooleanField(label=_("Keeps the promise"))
    tracked_only = serializers.BooleanField(label=_("Tracked only"))


def services_text(row: Mapping[str, Any]) -> str:
    """Families and services by name, in their order."""
    return codes_in_words(row["services"], row["named"]["services"], _("every service"))


def classes_text(row: Mapping[str, Any]) -> str:
    """Classes of goods by name."""
    return codes_in_words(row["goods_classes"], row["named"]["classes"], _("all goods"))


@register
class ChoiceListing(HouseTable):
    """Choosing rules; the first that fits decides."""

    name, title = "choosing-rules", _("Choosing rules")
    model, row, filters = ChoiceRule, ChoiceRow, ChoiceFilter
    columns = [
        own_text("name", width="", link="logistics:choosing-rule"), Column("position", sortable=True), Column("active", badge=YES_NO),
        Column("strategy", badge=PickStrategy),
        Column("services", html=lambda row: services_text(row), text=lambda row: row["services"], width="wide"),
        Column("countries", html=countries_text, text=lambda row: row["countries"], width="wide"),
        Column("goods_classes", html=lambda row: classes_text(row), text=lambda row: row["goods_classes"]),
        Column("keep_promise", badge=YES_NO),
        Column("tracked_only", badge=YES_NO), Column("store"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = (
        "logistics:choosing-rules",
        "logistics:choosing-rule",
        "position",
        "name",
    )
    empty = (
        _("No choosing rules."),
        _("Without a rule only the service the buyer paid for is taken."),
        _("Make a rule"),
        "logistics:choosing-rule-new",
    )
    icon = "sitemap"
    source = staticmethod(selectors.choice_rules_for)
    computed = ("named",)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Names of services and classes, read once for all rows."""
        services = {f"kind:{kind}": label for kind, label in ServiceKind.choices}
        services |= {code: name.removeprefix(f"{code} · ") for code, name in map(_as_text, dispatch.service_choices())}
        named = {"services": services, "classes": class_names()}
        for row in rows:
            row["named"] = named


def _as_text(pair: tuple[str, Any]) -> tuple[str, str]:
    return pair[0], str(pair[1])
