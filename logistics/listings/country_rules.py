"""The list of customs rules of countries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.listing import Column, View, register
from logistics.filters.customs import CountryRuleFilter
from logistics.forms.customs import BASES
from logistics.listings.naming import own_text
from logistics.listings.tables import HouseTable
from logistics.models import CountryRule
from logistics.rules.customs import avoid
from logistics.rules.customs.book import ANYWHERE, LATIN
from logistics.selectors.customs import lists

REGIONS = {
    "LATAM": _("Latin America"), "MEA": _("Middle East and Africa"), "EAEU": _("Eurasian Economic Union"), "EU": _("European Union"),
    "APAC": _("Asia and Pacific"), "NAMERICA": _("North America"), "EUROPE": _("Europe, not EU"), "DEFAULT": _("All others"),
}  # fmt: skip
#: How sure a row of the reference tables is.
SURE = {
    "memory": _("from memory"), "sourced": _("with a source"), "part_sourced": _("partly with a source"), "uncertain": _("uncertain"),
}  # fmt: skip


class CountryRuleRow(serializers.Serializer):
    """The rule of a country."""

    id = serializers.CharField()
    country = serializers.CharField(label=_("Country"))
    valid_from = serializers.DateField(label=_("Valid from"))
    group = serializers.CharField(label=_("Region"))
    currency = serializers.CharField()
    duty_free_max = serializers.DecimalField(14, 2, label=_("Free of duty up to"), allow_null=True)
    tax_free_max = serializers.DecimalField(14, 2, label=_("Free of tax up to"), allow_null=True)
    value_basis = serializers.CharField(label=_("Value counted as"))
    pos_tax_max = serializers.DecimalField(14, 2, label=_("Tax at the sale up to"), allow_null=True)
    pos_tax_scheme = serializers.CharField(label=_("Scheme"))
    tax_percent = serializers.DecimalField(6, 3, label=_("VAT or GST %"), allow_null=True)
    duty_rule = serializers.CharField(label=pgettext_lazy("customs", "Duty"))
    duty_rule_zh = serializers.CharField(label=_("Duty (Chinese)"))
    hs_digits = serializers.IntegerField(label=_("Digits"))
    recipient_id = serializers.CharField(label=_("Recipient's ID"))
    recipient_id_zh = serializers.CharField(label=_("Recipient's ID (Chinese)"))
    review_above = serializers.DecimalField(14, 2, label=_("Look at it above"), allow_null=True)
    review_currency = serializers.CharField()
    bands = serializers.ListField(child=serializers.DictField(), label=_("Manual 002"))
    band_currency = serializers.CharField()
    sensitive = serializers.ListField(child=serializers.CharField(), label=_("Classes of goods to look at"))
    carrier_avoid = serializers.CharField(label=_("Services to avoid"))
    carrier_advice = serializers.CharField(label=_("Advice"))
    carrier_advice_zh = serializers.CharField(label=_("Advice (Chinese)"))
    rule_en = serializers.CharField(label=_("Rule (English)"))
    rule_zh = serializers.CharField(label=_("Rule (Chinese)"))
    confidence = serializers.CharField(label=_("Sure"))


def country_html(row: Mapping[str, Any]) -> Any:
    """The country by name, as the way to its rule."""
    many = {LATIN: gettext("Latin America"), ANYWHERE: gettext("All others")}
    name = many.get(row["country"]) or f.country_name(row["country"])
    return f.link_html(reverse("logistics:country-rule", args=[row["id"]]), f"{name} · {row['country']}")


def bands_text(row: Mapping[str, Any]) -> str:
    """The manual's figures, for reading."""
    made = []
    for band in row["bands"]:
        low, high = band.get("low"), band.get("high")
        figures = f"{low}–{high}" if low and high and low != high else str(high or low or "")
        made.append(f"≤{band['to_g']} g: {figures}" if band.get("to_g") else figures)
    return f"{'; '.join(made)} {row['band_currency']}" if made else ""


def percent_text(row: Mapping[str, Any]) -> str:
    """A rate without needless noughts."""
    return "" if row["tax_percent"] is None else f"{row['tax_percent'].normalize():f}"


def rule_html(row: Mapping[str, Any]) -> str:
    """The rule in the reader's language."""
    return f.in_own_language(row["rule_zh"], row["rule_en"])


def group_text(row: Mapping[str, Any]) -> str:
    """The region in words."""
    return str(REGIONS.get(row["group"], row["group"]))


def basis_text(row: Mapping[str, Any]) -> str:
    """How the value is counted, in words."""
    return str(dict(BASES).get(row["value_basis"], row["value_basis"]))


def sure_text(row: Mapping[str, Any]) -> str:
    """How sure the rule is, in words."""
    return str(SURE.get(row["confidence"], row["confidence"]))


def avoided(row: Mapping[str, Any]) -> str:
    """The services advised against, each with its reason, in words."""
    try:
        found = avoid.read(row["carrier_avoid"])
    except ValueError:
        return str(row["carrier_avoid"])
    return "; ".join(
        f"{', '.join(sorted(one.services))}: {f.in_own_language(one.reason_zh, one.reason)}" for one in found
    )


@register
class CountryRuleListing(HouseTable):
    """Customs rules of destinations, each with the day from which it counts."""

    name, title = "country-rules", _("Customs rules of countries")
    model, row, filters = CountryRule, CountryRuleRow, CountryRuleFilter
    columns = [
        Column("country", html=country_html, text=lambda row: row["country"], sortable=True), Column("valid_from", sortable=True),
        Column("duty_free_max", money="currency"), Column("tax_free_max", money="currency"),
        Column("pos_tax_max", money="currency"), Column("pos_tax_scheme"), Column("tax_percent", html=percent_text, text=percent_text),
        Column("review_above", money="review_currency"), Column("hs_digits"),
        Column("bands", html=bands_text, text=bands_text, needs=("band_currency",)),
        own_text("recipient_id", width=""),
        Column("rule_en", label=_("Rule"), html=rule_html, text=rule_html, needs=("rule_zh",), width="wide", default=False),
        Column("group", html=group_text, text=group_text, default=False),
        Column("value_basis", html=basis_text, text=basis_text, default=False), own_text("duty_rule", default=False),
        Column("carrier_avoid", html=avoided, text=avoided, width="wide", default=False), own_text("carrier_advice", default=False),
        Column("confidence", html=sure_text, text=sure_text, default=False),
    ]  # fmt: skip
    views = [
        View("all", _("All"), default=True), View("eu", _("EU"), "group=EU"), View("latam", _("Latin America"), "group=LATAM"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = (
        "logistics:country-rules",
        "logistics:country-rule",
        "country",
        "country",
    )
    icon = "world"
    source = staticmethod(lists.country_rules_for)
