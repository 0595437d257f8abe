"""Pages of articles and of matching."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.selectors import stores_for
from core import format as f
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from products import selectors
from products.forms import SkuForm
from products.models import ChannelItem, Sku
from products.registry import goods_classes_in_words
from products.services import catalogue, matching


class SkusPage(ListPage):
    """The articles."""

    listing_name = "skus"

    def head_actions(self) -> list[dict[str, Any]]:
        """Match, import, make one."""
        made: list[dict[str, Any]] = []
        if self.actor.has_perm("products.match_sku"):
            made.append({"label": _("To match"), "url": reverse("products:to-match"), "icon": "link"})
        if self.actor.has_perm("products.change_sku"):
            made.append({"label": _("Import"), "url": reverse("orders:import-products"), "icon": "file-import"})
            made.append({"label": _("New article"), "url": reverse("products:new"), "icon": "plus", "kind": "primary"})
        return made


class SkuPage(DetailPage):
    """One article."""

    listing_name, title = "skus", _("Article")

    def number(self, obj: Sku) -> str:
        return obj.code

    def badges(self, obj: Sku) -> list[dict[str, Any]]:
        return [{"label": _("In use"), "tone": "leaf"} if obj.active else {"label": _("Out of use"), "tone": "neutral"}]

    def sub(self, obj: Sku) -> list[Any]:
        return [text for text in (obj.name_en, obj.name_zh, obj.variant) if text]

    def extra_steps(self, obj: Sku) -> list[dict[str, Any]]:
        if not self.actor.has_perm("products.change_sku"):
            return []
        return [{"label": _("Edit"), "url": reverse("products:edit", args=[obj.pk]), "method": "get", "icon": "edit"}]

    def facts(self, obj: Sku) -> list[dict[str, Any]]:
        goods = [
            (_("Barcode"), f.mono_html(obj.barcode or obj.code)), (_("Weight (g)"), f.number(obj.weight_g)),
            (_("Material"), obj.material or f.DASH), (_("Goods class"), goods_classes_in_words(obj.goods_class) or f.DASH),
            (_("Fragile"), _("Yes") if obj.fragile else _("No")), (_("Made in house"), _("Yes") if obj.made_in_house else _("No")),
            (_("Spare pieces"), _("%(n)s for every %(per)s") % {"n": obj.spare_pieces, "per": obj.spare_per} if obj.spare_pieces else "—"),
            (_("Packing material"), _("Yes") if obj.packing else _("No")),
        ]  # fmt: skip
        if self.actor.has_perm("products.view_cost"):
            goods.insert(2, (_("Cost"), f.money(obj.cost, obj.cost_currency) if obj.cost is not None else f.DASH))
        customs = [(_("Customs text"), obj.customs_text or f.DASH), (_("HS code"), obj.hs_code or f.DASH),
                   (_("Origin"), f.country_html(obj.origin) if obj.origin else f.DASH)]  # fmt: skip
        return [{"title": _("Goods"), "items": goods}, {"title": _("Customs"), "items": customs}]

    def tables(self, obj: Sku) -> list[dict[str, Any]]:
        rows = [
            {"tds": f.tds_html([("", f.link_html(reverse("products:item", args=[m.item_id]), m.item.channel_sku, "mono")),
                                ("", m.item.store.name), ("num", m.quantity), ("", m.item.title)])}
            for m in selectors.appearances(obj)
        ]  # fmt: skip
        columns = [{"label": _("Channel SKU"), "css": ""}, {"label": _("Store"), "css": ""}, {"label": _("Pieces"), "css": "num"},
                   {"label": _("Title"), "css": ""}]  # fmt: skip
        return [{"title": _("Channel SKUs that mean it"), "columns": columns, "rows": rows, "empty": _("None yet.")}]


class SkuNewPage(FormPage):
    """Make an article."""

    permission, form_class = "products.change_sku", SkuForm
    title, submit_label = _("New article"), _("Make the article")

    def form_arguments(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def back_url(self) -> str:
        return reverse("products:list")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        sku = catalogue.create_sku(**data, actor=self.actor, now=self.now)
        return self.go(reverse("products:detail", args=[sku.pk]), _("Article %(code)s is made.") % {"code": sku.code})


class SkuEditPage(SkuNewPage):
    """Change an article."""

    title, submit_label = _("Edit the article"), _("Save")  # type: ignore[assignment]
    edits = True

    @cached_property
    def sku(self) -> Sku:
        """The article."""
        found = selectors.skus_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def back_url(self) -> str:
        return reverse("products:detail", args=[self.sku.pk])

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.sku, name) for name in SkuForm.base_fields}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        catalogue.change_sku(sku=self.sku, **data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


# --- matching ------------------------------------------------------------------------------------------------------


class ToMatchPage(ListPage):
    """Channel SKUs, those to be matched first."""

    listing_name = "listings"
    subtitle = _("What a store calls our articles, and which of ours it means")

    def head_actions(self) -> list[dict[str, Any]]:
        """By file, same codes of a store at once."""
        if not self.actor.has_perm("products.match_sku"):
            return []
        return [
            {"label": _("Match by file"), "url": reverse("orders:import-matches"), "icon": "file-import"},
            {
                "label": _("Match same codes"),
                "url": reverse("products:same-codes"),
                "icon": "link",
                "kind": "primary",
                "method": "post",
            },
        ]


class SameCodes(Page):
    """POST: match every waiting channel SKU whose code is that of one of our articles, in all stores of the person."""

    permission = "products.match_sku"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Back to the list with the count."""
        done = 0
        for store in stores_for(self.actor):
            done += len(matching.match_same_codes(store=store, actor=self.actor, now=self.now))
        text = ngettext(
            "%(n)s channel SKU matched by its code.", "%(n)s channel SKUs matched by their codes.", done
        ) % {"n": done}
        return self.go(self.next_url(reverse("products:to-match")), text)


class ItemPage(DetailPage):
    """One channel SKU: what it stands for, what is suggested."""

    listing_name, title = "listings", _("Channel SKU")

    def number(self, obj: ChannelItem) -> str:
        return obj.channel_sku

    def badges(self, obj: ChannelItem) -> list[dict[str, Any]]:
        if obj.not_goods:
            return [{"label": _("Not goods"), "tone": "neutral"}]
        return [{"label": _("Matched"), "tone": "leaf"} if obj.matched else {"label": _("To match"), "tone": "amber"}]

    def sub(self, obj: ChannelItem) -> list[Any]:
        return [text for text in (obj.store.name, obj.title, obj.attributes) if text]

    def first_step(self, obj: ChannelItem) -> str:
        return "accept" if not obj.matched and self._suggested else "match"

    @cached_property
    def _suggested(self) -> list[dict[str, Any]]:
        found = selectors.suggestions([self.object]) if not self.object.matched and not self.object.not_goods else {}
        return found.get(self.object.pk, [])

    def tables(self, obj: ChannelItem) -> list[dict[str, Any]]:
        held = selectors.described([obj.pk]).get(obj.pk, [])
        columns = [
            {"label": _("Code"), "css": ""},
            {"label": _("Name"), "css": ""},
            {"label": _("Pieces"), "css": "num"},
        ]
        made = [{"title": _("Stands for"), "columns": columns, "rows": [_article_row(p, p["name_en"] or p["name_zh"]) for p in held],
                 "empty": _("Nobody has said yet.")}]  # fmt: skip
        if self._suggested:
            why = {"same_code": _("same code"), "similar_code": _("similar code"), "similar_title": _("similar title")}
            rows = [_article_row(s, s["name"], str(why[s["reason"]])) for s in self._suggested]
            made.append(
                {"title": _("Suggestions"), "columns": [*columns, {"label": _("Because"), "css": ""}], "rows": rows}
            )
        return made


def _article_row(part: dict[str, Any], name: str, *more: str) -> dict[str, Any]:
    link = f.link_html(reverse("products:detail", args=[part["sku_id"]]), part["code"], "mono")
    return {"tds": f.tds_html([("", link), ("", name), ("num", part["quantity"]), *(("", text) for text in more)])}
