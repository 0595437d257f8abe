"""Lists of articles and of channel SKUs, and what can be done to their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Column, Listing, Outcome, Prefix, RowPart, View, Words, register
from products import selectors
from products.filters import ItemFilter, SkuFilter
from products.forms import MatchForm
from products.models import ChannelItem, Sku
from products.registry import goods_classes_in_words
from products.services import catalogue, matching


class SkuRow(serializers.Serializer):
    """An article as lists and programs see it."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    name_en = serializers.CharField(label=_("English name"))
    name_zh = serializers.CharField(label=_("Chinese name"))
    variant = serializers.CharField(label=_("Variant"))
    barcode = serializers.CharField(label=_("Barcode"))
    image_url = serializers.CharField(label=_("Picture"))
    weight_g = serializers.DecimalField(10, 2, label=_("Weight (g)"), allow_null=True)
    cost = serializers.DecimalField(14, 4, label=_("Cost"), allow_null=True)
    cost_currency = serializers.CharField(label=_("Currency of the cost"), allow_null=True)
    customs_text = serializers.CharField(label=_("Customs text"))
    hs_code = serializers.CharField(label=_("HS code"))
    origin = serializers.CharField(label=_("Origin"))
    material = serializers.CharField(label=_("Material"))
    goods_class = serializers.CharField(label=_("Goods class"))
    fragile = serializers.BooleanField(label=_("Fragile"))
    spare_pieces = serializers.IntegerField(label=_("Spare pieces"))
    spare_per = serializers.IntegerField(label=_("Pieces ordered for them"))
    made_in_house = serializers.BooleanField(label=_("Made in house"))
    packing = serializers.BooleanField(label=_("Packing material"))
    active = serializers.BooleanField(label=_("In use"))


def _article(row: Mapping[str, Any]) -> Any:
    return f.sku_html(row["image_url"], row["code"])


def _channel_sku(row: Mapping[str, Any]) -> Any:
    return f.sku_html(row["image_url"], row["channel_sku"])


class SwitchSku(Action):
    """Take articles out of use, or back into it."""

    permission, icon = "products.change_sku", "archive"
    to: bool = False

    def apply(self, obj: Sku, actor: Actor, now: datetime, **data: Any) -> None:
        catalogue.change_sku(sku=obj, actor=actor, now=now, active=self.to)

    def shown_for(self, obj: Sku) -> bool:
        return obj.active != self.to


@register
class SkuListing(Listing):
    """The articles of the house."""

    name, title, permission = "skus", _("Articles"), "products.view_sku"
    model, row, filters = Sku, SkuRow, SkuFilter
    columns = [
        Column("code", link="products:detail", sortable=True, html=_article, needs=("image_url",)),
        Column("name_en"),
        Column("name_zh"),
        Column("variant"),
        Column("weight_g"),
        Column("cost", money="cost_currency"),
        Column("customs_text", default=False),
        Column("hs_code", mono=True, default=False),
        Column("origin", country=True, default=False),
        Column("barcode", mono=True, default=False),
        Column(
            "goods_class",
            html=lambda row: goods_classes_in_words(row["goods_class"]),
            text=lambda row: row["goods_class"],
            default=False,
        ),
        Column("image_url", default=False),
        Column("material", default=False),
        Column("fragile", default=False),
        Column("spare_pieces", default=False),
        Column("spare_per", default=False),
        Column("packing", default=False),
        Column("active", default=False),
    ]
    actions = [
        SwitchSku(name="deactivate", label=_("Out of use"), to=False, undo="activate"),
        SwitchSku(name="activate", label=_("Into use"), to=True, undo="deactivate"),
    ]
    views = [
        View("active", _("In use"), "active=true", default=True),
        View("inactive", _("Out of use"), "active=false"),
        View("all", _("All")),
    ]
    url, detail_url, default_order, label_field = "products:list", "products:detail", "code", "code"
    search_by = [Prefix("code__upper"), Words("search__words"), Prefix("barcode", upper=False)]
    exact_by = ("code",)
    personal, personal_permission = frozenset({"cost", "cost_currency"}), "products.view_cost"
    icon = "tag"
    empty = (
        _("No articles yet."), _("Import a table, or make them from channel SKUs that wait."), _("Import articles"),
        "orders:import-products",
    )  # fmt: skip

    def queryset(self, actor: Actor) -> QuerySet[Sku]:
        """All of them: articles belong to the house."""
        return selectors.skus_for(actor)


# --- channel SKUs --------------------------------------------------------------------------------------------------


class ComponentRow(serializers.Serializer):
    """An article a channel SKU stands for."""

    sku_id = serializers.CharField()
    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    quantity = serializers.IntegerField()


class ItemRow(serializers.Serializer):
    """A channel SKU as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    channel_sku = serializers.CharField(label=_("Channel SKU"))
    title = serializers.CharField(label=_("Title"))
    attributes = serializers.CharField(label=_("Variant"))
    image_url = serializers.CharField(label=_("Picture"))
    matched = serializers.BooleanField(label=_("Matched"))
    not_goods = serializers.BooleanField(label=_("Not goods"))
    needed_at = serializers.DateTimeField(label=_("Orders wait since"), allow_null=True)
    first_seen_at = serializers.DateTimeField(label=_("First seen"))
    components = ComponentRow(many=True, label=_("Stands for"))
    suggestion = serializers.CharField(label=_("Suggestion"), allow_null=True)


def _components(ids: Sequence[int], actor: Actor) -> dict[int, dict[str, Any]]:
    return {pk: {"components": parts} for pk, parts in selectors.described(ids).items()}


class MatchItem(Action):
    """Say what a channel SKU stands for."""

    name, label, permission, form = "match", _("Match"), "products.match_sku", MatchForm
    icon, key, order, undo = "link", "m", 10, "unmatch"
    done_text = _("Matched.")

    def apply(self, obj: ChannelItem, actor: Actor, now: datetime, **data: Any) -> None:
        matching.match(item=obj, components=data["components"], actor=actor, now=now)

    def shown_for(self, obj: ChannelItem) -> bool:
        return not obj.not_goods


class AcceptSuggestion(Action):
    """Match to the article that is suggested."""

    name, label, permission = "accept", _("Take the suggestion"), "products.match_sku"
    icon, key, order, undo = "check", "y", 5, "unmatch"
    done_text = _("Matched.")

    def check(self, obj: ChannelItem, actor: Actor, now: datetime) -> None:
        if obj.matched or obj.not_goods or not selectors.suggestions([obj]).get(obj.pk):
            raise Conflict("no_suggestion", _("There is no suggestion for this one."))

    def apply(self, obj: ChannelItem, actor: Actor, now: datetime, **data: Any) -> str:
        best = selectors.suggestions([obj])[obj.pk][0]
        matching.match(item=obj, components=[(best["sku_id"], best["quantity"])], actor=actor, now=now)
        return f"{best['code']} × {best['quantity']}"

    def shown_for(self, obj: ChannelItem) -> bool:
        return not obj.matched and not obj.not_goods


class MatchSameCodes(Action):
    """Match those whose code is exactly that of one of our articles."""

    name, label, permission = "match-same-code", _("Match same codes"), "products.match_sku"
    icon, order, single, undo = "link", 20, False, "unmatch"

    def apply(self, obj: ChannelItem, actor: Actor, now: datetime, **data: Any) -> None:
        if not matching.match_same_codes(store=obj.store, actor=actor, now=now, item_ids=[obj.pk]):
            raise Conflict("no_same_code", _("None of our articles has this code."))

    def apply_many(self, objs: Sequence[ChannelItem], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        by_store: dict[int, list[ChannelItem]] = {}
        for obj in objs:
            by_store.setdefault(obj.store_id, []).append(obj)
        done: set[int] = set()
        for items in by_store.values():
            done.update(
                matching.match_same_codes(store=items[0].store, actor=actor, now=now, item_ids=[i.pk for i in items])
            )
        error = Conflict("no_same_code", _("None of our articles has this code."))
        return [Outcome(o.pk, True) if o.pk in done else Outcome.refused(o.pk, error) for o in objs]


class CreateArticles(Action):
    """Make an article from each, and match it."""

    name, label, permission = "create-articles", _("Create articles from these"), "products.change_sku"
    icon, order = "plus", 30
    confirm = _("An article is made for each channel SKU and stays, also when the match is taken back.")

    def apply(self, obj: ChannelItem, actor: Actor, now: datetime, **data: Any) -> None:
        self.check(obj, actor, now)
        matching.create_articles(items=[obj], actor=actor, now=now)

    def apply_many(self, objs: Sequence[ChannelItem], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        error = Conflict("already_matched", _("This one is matched, or is no goods."))
        good = [o for o in objs if not o.matched and not o.not_goods]
        matching.create_articles(items=good, actor=actor, now=now)
        bad = [Outcome.refused(o.pk, error) for o in objs if o.matched or o.not_goods]
        return [*(Outcome(o.pk, True) for o in good), *bad]

    def check(self, obj: ChannelItem, actor: Actor, now: datetime) -> None:
        if obj.matched or obj.not_goods:
            raise Conflict("already_matched", _("This one is matched, or is no goods."))

    def shown_for(self, obj: ChannelItem) -> bool:
        return not obj.matched and not obj.not_goods


class Mark(Action):
    """An action that calls one set-based service of the matching."""

    permission = "products.match_sku"
    service: Any = None

    def apply(self, obj: ChannelItem, actor: Actor, now: datetime, **data: Any) -> None:
        type(self).service(items=[obj], actor=actor, now=now)

    def apply_many(self, objs: Sequence[ChannelItem], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        type(self).service(items=objs, actor=actor, now=now)
        return [Outcome(o.pk, True) for o in objs]


class MarkNotGoods(Mark):
    """Postage, vouchers, fees: nothing to pack."""

    name, label, icon, order, undo = "not-goods", _("Not goods"), "ban", 40, "goods"
    service = staticmethod(matching.mark_not_goods)

    def shown_for(self, obj: ChannelItem) -> bool:
        return not obj.not_goods


class MarkGoods(Mark):
    """Goods after all."""

    name, label, icon, order, undo = "goods", _("Goods after all"), "package", 45, "not-goods"
    service = staticmethod(matching.mark_goods)

    def shown_for(self, obj: ChannelItem) -> bool:
        return obj.not_goods


class Unmatch(Mark):
    """Forget what it stands for."""

    name, label, icon, order = "unmatch", _("Take the match back"), "arrow-back-up", 50
    service = staticmethod(matching.unmatch)

    def shown_for(self, obj: ChannelItem) -> bool:
        return obj.matched


@register
class ItemListing(Listing):
    """Channel SKUs: what the stores call our articles."""

    name, title, permission = "listings", _("Channel SKUs"), "products.view_sku"
    model, row, filters = ChannelItem, ItemRow, ItemFilter
    columns = [
        Column("channel_sku", link="products:item", sortable=True, html=_channel_sku, needs=("image_url",)),
        Column("title", width="wide"),
        Column("attributes", default=False),
        Column("image_url", default=False),
        Column("store", mono=True),
        Column(
            "components",
            html=lambda row: components_html(row["components"]),
            text=lambda row: components_text(row["components"]),
        ),
        Column("suggestion", mono=True),
        Column("needed_at", time="ago", sortable=True),
        Column("first_seen_at", time="day", default=False),
        Column("matched", default=False),
        Column("not_goods", default=False),
    ]
    parts = [
        RowPart(
            name="components", fields={"components": ComponentRow(many=True, label=_("Stands for"))}, part=_components
        ),
    ]
    actions = [
        AcceptSuggestion(),
        MatchItem(),
        MatchSameCodes(),
        CreateArticles(),
        MarkNotGoods(),
        MarkGoods(),
        Unmatch(),
    ]
    views = [
        View("to-match", _("To match"), "state=to_match", default=True),
        View("waiting", _("Orders wait"), "state=to_match&needed=true"),
        View("matched", _("Matched"), "state=matched"),
        View("not-goods", _("Not goods"), "state=not_goods"),
        View("all", _("All")),
    ]
    url, detail_url, default_order, label_field = "products:to-match", "products:item", "-id", "channel_sku"
    computed = ("components", "suggestion")
    search_by = [Prefix("channel_sku__upper"), Words("title__words")]
    exact_by = ("channel_sku",)
    scan_ok = {
        "state": "to match has its partial index; the others are read by id",
        "needed": "asked with the state, whose partial index holds few rows",
        "needed_at": "read with the state's partial index",
        "channel_sku": "unique with the store",
    }
    icon = "tags"
    empty = (
        _("Nothing waits for its article."), _("A channel SKU that nobody has matched comes here with the first order that names it."),
        "", "",
    )  # fmt: skip

    def queryset(self, actor: Actor) -> QuerySet[ChannelItem]:
        """Those of the actor's stores."""
        return selectors.items_for(actor).select_related("store")

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """The best suggestion of each that is to be matched, found with one query for the page."""
        waiting = [row for row in rows if not row["matched"] and not row["not_goods"]]
        found = selectors.suggestions([ChannelItem(pk=r["id"], channel_sku=r["channel_sku"], title=r["title"], attributes=r["attributes"])
                                       for r in waiting])  # fmt: skip
        for row in rows:
            best = found.get(row["id"])
            row["suggestion"] = f"{best[0]['code']} × {best[0]['quantity']}" if best else None


def components_text(parts: list[dict[str, Any]]) -> str:
    """``AB-12 × 2; CD-1 × 1``."""
    return "; ".join(f"{part['code']} × {part['quantity']}" for part in parts or ())


def components_html(parts: list[dict[str, Any]]) -> Any:
    """The same for a cell, with the names below; the picture stands with the channel's own SKU."""
    drawn = (
        '<span class="sku-text"><span class="mono">{}</span> <b class="qty">× {}</b><small dir="auto">{}</small></span>'
    )
    names = [part["name_en"] or part["name_zh"] for part in parts or ()]
    cells = [(part["code"], f.number(part["quantity"]), name) for part, name in zip(parts or (), names, strict=True)]
    return f.joined_html([format_html(drawn, *cell) for cell in cells])
