"""Lists of the tables of customs that staff edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Column, Prefix, register
from logistics.choices import ContentKind, GoodsAction
from logistics.filters.customs import (
    GoodsClassFilter,
    NationalCodeFilter,
    StopWordFilter,
    TaxNumberFilter,
)
from logistics.listings.naming import own_text
from logistics.listings.tables import HouseTable
from logistics.models import (
    Brand,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RulePack,
    StopWordRule,
    TaxNumber,
)
from logistics.selectors.customs import advance, lists

ACTIONS = {
    GoodsAction.BLOCK.value: (GoodsAction.BLOCK.label, "rose"), GoodsAction.POSTAL.value: (GoodsAction.POSTAL.label, "lantern"),
    GoodsAction.CARRIER.value: (GoodsAction.CARRIER.label, "amber"), GoodsAction.COUNTRY.value: (GoodsAction.COUNTRY.label, "amber"),
}  # fmt: skip
LEVELS = {"block": (_("must be mended"), "rose"), "review": (_("look at it"), "amber")}


class GoodsClassRow(serializers.Serializer):
    """A class of goods."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Class"))
    valid_from = serializers.DateField(label=_("Valid from"))
    meaning_en = serializers.CharField(label=_("Meaning (English)"))
    meaning_zh = serializers.CharField(label=_("Meaning (Chinese)"))
    prefixes = serializers.ListField(child=serializers.CharField(), label=_("Tariff headings"))
    action = serializers.ChoiceField(GoodsAction.choices, label=_("What follows"))
    note = serializers.CharField(label=_("Note"))
    note_zh = serializers.CharField(label=_("Note (Chinese)"))
    active = serializers.BooleanField(label=_("In use"))


@register
class GoodsClassListing(HouseTable):
    """Classes of goods that travel under conditions or not at all."""

    name, title = "goods-classes", _("Classes of goods")
    model, row, filters = GoodsClassRule, GoodsClassRow, GoodsClassFilter
    columns = [
        Column("code", link="logistics:goods-class", mono=True, sortable=True), own_text("meaning", _("Meaning"), english="meaning_en"),
        Column("meaning_zh", default=False),
        Column("action", badge=ACTIONS),
        Column("prefixes", html=lambda row: ", ".join(row["prefixes"]), text=lambda row: ", ".join(row["prefixes"])),
        own_text("note"), Column("valid_from"), Column("active", default=False),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:goods-classes", "logistics:goods-class", "code", "code"
    icon = "tags"
    source = staticmethod(lists.goods_classes_for)


class StopWordRow(serializers.Serializer):
    """A stop word."""

    id = serializers.CharField()
    term = serializers.CharField(label=_("Word"))
    whole = serializers.BooleanField(label=_("Only as the whole text"))
    level = serializers.CharField(label=_("What follows"))
    reason = serializers.CharField(label=_("Reason"))
    reason_zh = serializers.CharField(label=_("Reason (Chinese)"))
    valid_from = serializers.DateField(label=_("Valid from"))
    active = serializers.BooleanField(label=_("In use"))


@register
class StopWordListing(HouseTable):
    """Descriptions that say nothing to customs."""

    name, title = "stop-words", _("Stop words")
    model, row, filters = StopWordRule, StopWordRow, StopWordFilter
    columns = [
        Column("term", link="logistics:stop-word", sortable=True), Column("whole"), Column("level", badge=LEVELS), own_text("reason"),
        Column("valid_from"), Column("active", default=False),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:stop-words", "logistics:stop-word", "term", "term"
    search_by = [Prefix("term", upper=False)]
    icon = "ban"
    source = staticmethod(lists.stop_words_for)


class NationalCodeRow(serializers.Serializer):
    """A national tariff code."""

    id = serializers.CharField()
    country = serializers.CharField(label=_("Country"))
    hs6 = serializers.CharField(label=_("Six digits"))
    code = serializers.CharField(label=_("National code"))
    description = serializers.CharField(label=_("Description"))
    description_zh = serializers.CharField(label=_("Description (Chinese)"))
    valid_from = serializers.DateField(label=_("Valid from"))


@register
class NationalCodeListing(HouseTable):
    """Longer tariff codes that a country wants for a six-digit heading."""

    name, title = "national-codes", _("National tariff codes")
    model, row, filters = NationalCode, NationalCodeRow, NationalCodeFilter
    columns = [
        Column("hs6", link="logistics:national-code", mono=True, sortable=True), Column("country", country=True),
        Column("code", mono=True), own_text("description"), Column("valid_from"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:national-codes", "logistics:national-code", "hs6", "hs6"
    icon = "barcode"
    source = staticmethod(lists.national_codes_for)


class NatureCodeRow(serializers.Serializer):
    """A nature of transaction."""

    id = serializers.CharField()
    content_type = serializers.CharField(label=_("Content"))
    code = serializers.CharField(label=_("Code"))
    meaning = serializers.CharField(label=_("Meaning"))
    meaning_zh = serializers.CharField(label=_("Meaning (Chinese)"))
    source = serializers.CharField(label=_("Source"))
    source_zh = serializers.CharField(label=_("Source (Chinese)"))
    valid_from = serializers.DateField(label=_("Counts from"))


def content_word(row: Mapping[str, Any]) -> str:
    """The content in words."""
    kind = row["content_type"]
    return str(ContentKind(kind).label) if kind in ContentKind.values else kind


def content_html(row: Mapping[str, Any]) -> SafeString:
    """The content in words, as the way to its code."""
    return f.link_html(reverse("logistics:nature-code", args=[row["id"]]), content_word(row))


@register
class NatureCodeListing(HouseTable):
    """How the electronic customs data names what is in a parcel."""

    name, title = "nature-codes", _("Natures of transaction")
    model, row = NatureCode, NatureCodeRow
    columns = [
        Column("content_type", html=content_html, text=content_word, sortable=True), Column("code", mono=True),
        own_text("meaning"), own_text("source"), Column("valid_from"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = (
        "logistics:nature-codes", "logistics:nature-code", "content_type", "content_type",
    )  # fmt: skip
    icon = "file-text"
    source = staticmethod(advance.nature_codes_for)


class TaxNumberRow(serializers.Serializer):
    """A number we trade under."""

    id = serializers.CharField()
    scheme = serializers.CharField(label=_("Scheme"))
    number = serializers.CharField(label=_("Number"))
    holder = serializers.CharField(label=_("Held by"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    valid_from = serializers.DateField(label=_("Valid from"))
    valid_to = serializers.DateField(label=_("Until"), allow_null=True)


@register
class TaxNumberListing(HouseTable):
    """IOSS, UK VAT, VOEC, EORI and the like, of all stores or of one."""

    name, title = "tax-numbers", _("Tax numbers")
    model, row, filters = TaxNumber, TaxNumberRow, TaxNumberFilter
    columns = [
        Column("scheme", link="logistics:tax-number", sortable=True), Column("number", mono=True),
        Column("store", html=lambda row: row["store"] or gettext("All stores"), text=lambda row: row["store"] or ""), Column("holder"),
        Column("valid_from"), Column("valid_to"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:tax-numbers", "logistics:tax-number", "scheme", "scheme"
    empty = (
        _("No tax numbers."), _("Without one the recipient is charged at the door where the platform does not collect."), _("New number"),
        "logistics:tax-number-new",
    )  # fmt: skip
    icon = "key"
    source = staticmethod(lists.tax_numbers_for)


class BrandRow(serializers.Serializer):
    """A brand."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Brand"))
    words = serializers.ListField(child=serializers.CharField(), label=_("Words that name it"))
    document = serializers.CharField(label=_("Paper that allows it"))
    allowed_from = serializers.DateField(label=_("Allowed from"), allow_null=True)
    allowed_to = serializers.DateField(label=_("Allowed until"), allow_null=True)


@register
class BrandListing(HouseTable):
    """Brands: goods that name one travel only with the paper of its owner."""

    name, title = "brands", _("Brands")
    model, row = Brand, BrandRow
    columns = [
        Column("name", link="logistics:brand", sortable=True),
        Column("words", html=lambda row: ", ".join(row["words"]), text=lambda row: ", ".join(row["words"])), Column("document"),
        Column("allowed_from"), Column("allowed_to"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:brands", "logistics:brand", "name", "name"
    empty = (
        _("No brands."), _("Name the brands that buyers ask for: goods of theirs stop without a paper."), _("New brand"),
        "logistics:brand-new",
    )  # fmt: skip
    icon = "tag"
    source = staticmethod(lists.brands_for)


class RulePackRow(serializers.Serializer):
    """A rule pack."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Name"))
    valid_from = serializers.DateField(label=_("Valid from"))
    countries = serializers.ListField(child=serializers.CharField(), label=_("Countries changed"))
    touched = serializers.ListField(child=serializers.DictField(), label=_("Open orders touched"))
    source = serializers.CharField(label=_("Where it comes from"))
    loaded_label = serializers.CharField(label=_("By"))
    loaded_at = serializers.DateTimeField(label=_("Loaded"))


@register
class RulePackListing(HouseTable):
    """Sets of country rules taken in from files, with the open orders that they touch."""

    name, title = "rule-packs", _("Rule packs")
    model, row = RulePack, RulePackRow
    columns = [
        Column("name", link="logistics:rule-pack"), Column("valid_from", sortable=True),
        Column("countries", html=lambda row: ", ".join(row["countries"]), text=lambda row: ", ".join(row["countries"]), width="wide"),
        Column("touched", html=lambda row: str(len(row["touched"])), text=lambda row: str(len(row["touched"])), align="right"),
        Column("loaded_label"), Column("loaded_at"), Column("source", default=False),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:rule-packs", "logistics:rule-pack", "-valid_from", "name"
    empty = (
        _("No packs yet."), _("A file of country rules with the day from which it counts; it lists the open orders it touches."),
        _("Load a pack"), "logistics:rule-pack-new",
    )  # fmt: skip
    icon = "file-import"
    source = staticmethod(lists.packs_for)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Only orders of the actor's stores are named."""
        for row in rows:
            row["touched"] = [t for t in row["touched"] if actor.may_see_store(int(t.get("store_id") or 0))]
