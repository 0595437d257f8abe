"""Reading articles and their appearances in stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core.audit import Actor
from core.errors import Missing
from core.listing.searching import fold
from products.models import ChannelItem, Sku, SkuMatch
from products.rules import matching

#: So many articles are looked at for suggestions of one channel SKU.
CANDIDATES = 200


def skus_for(actor: Actor) -> QuerySet[Sku]:
    """The articles of the house."""
    return Sku.objects.all()


def sku_by_code(code: str) -> Sku:
    """The article with this code; raises ``Missing``."""
    found = Sku.objects.filter(code=code).first()
    if found is None:
        raise Missing("unknown_sku", _("There is no article “%(code)s”."), code=code[:60])
    return found


def skus_by_code(codes: Collection[str]) -> dict[str, Sku]:
    """The articles with these codes, by code; unknown ones are left out."""
    return {sku.code: sku for sku in Sku.objects.filter(code__in=list(codes))}


def items_for(actor: Actor) -> QuerySet[ChannelItem]:
    """The channel SKUs of the stores the actor works in (the scope sees to that)."""
    return ChannelItem.objects.all()


def item_key(sku: str, title: str, attributes: str) -> str:
    """The channel SKU under which a line is known in its store (a stable name where the channel gives none)."""
    return matching.item_key(sku, title, attributes)


def item(item_id: int) -> ChannelItem:
    """One channel SKU inside the scope; raises ``Missing``."""
    found = ChannelItem.objects.select_related("store").filter(pk=item_id).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def to_match(queryset: QuerySet[ChannelItem]) -> QuerySet[ChannelItem]:
    """Those nobody has matched or marked as no goods."""
    return queryset.filter(matched=False, not_goods=False)


def items_in(queryset: QuerySet[ChannelItem], states: Collection[str]) -> QuerySet[ChannelItem]:
    """Those in any of the states: to_match, matched, not_goods."""
    asked = Q(pk__in=[])
    if "to_match" in states:
        asked |= Q(matched=False, not_goods=False)
    if "matched" in states:
        asked |= Q(matched=True)
    if "not_goods" in states:
        asked |= Q(not_goods=True)
    return queryset.filter(asked)


def stores_to_match() -> QuerySet[Store]:
    """Stores in which orders wait for channel SKUs that nobody has matched."""
    waiting = ChannelItem._base_manager.filter(
        store=OuterRef("pk"), matched=False, not_goods=False, needed_at__isnull=False
    )
    return Store.objects.filter(Exists(waiting), closed_at__isnull=True)


def waiting_items(store_id: int) -> QuerySet[ChannelItem]:
    """The channel SKUs of a store that orders wait for."""
    return ChannelItem._base_manager.filter(store_id=store_id, matched=False, not_goods=False, needed_at__isnull=False)


def components(item_ids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """What each channel SKU stands for: item id -> (SKU id, pieces) of each component; unmatched ones are missing. One query."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = SkuMatch.objects.filter(item_id__in=list(item_ids)).order_by("item_id", "id")
    for item_id, sku_id, quantity in rows.values_list("item_id", "sku_id", "quantity"):
        found.setdefault(item_id, []).append((sku_id, quantity))
    return found


def described(item_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The components with code and name, for pages: item id -> [{sku_id, code, name_en, name_zh, quantity}]. One query."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = SkuMatch.objects.filter(item_id__in=list(item_ids)).order_by("item_id", "id")
    for row in rows.values("item_id", "sku_id", "quantity", "sku__code", "sku__name_en", "sku__name_zh"):
        found.setdefault(row["item_id"], []).append(
            {"sku_id": row["sku_id"], "code": row["sku__code"], "name_en": row["sku__name_en"],
             "name_zh": row["sku__name_zh"], "quantity": row["quantity"]}
        )  # fmt: skip
    return found


def appearances(sku: Sku) -> QuerySet[SkuMatch]:
    """The matches that mean an article, inside the scope, with channel SKU and store."""
    return (
        SkuMatch.objects.filter(sku=sku)
        .select_related("item__store")
        .order_by("item__store__code", "item__channel_sku")[:200]
    )


def unmatched(item_ids: Collection[int]) -> set[int]:
    """Those of the channel SKUs that block a note: neither matched nor marked as no goods. One query."""
    return set(to_match(ChannelItem.objects.filter(pk__in=list(item_ids))).values_list("pk", flat=True))


def suggestions(items: Collection[ChannelItem]) -> dict[int, list[dict[str, Any]]]:
    """The likely articles of each channel SKU, best first: [{sku_id, code, name, quantity, reason}]. One query.

    Looked at are articles whose code begins alike or whose name has one of the longest words of the title; the decision is
    ``rules.matching.suggest``.
    """
    if not items:
        return {}
    starts = {
        start
        for one in items
        for start in (one.channel_sku[:4].upper(), matching.bare_code(one.channel_sku)[:4])
        if len(start) > 2
    }
    words = {word for one in items for word in matching.telling_words(one.title)}
    asked = Q(pk__in=[])
    for start in sorted(starts):
        asked |= Q(code__upper__startswith=start)
    if words:
        query = " | ".join(f"{word.lower()}:*" for word in sorted(words))
        asked |= Q(search__words=SearchQuery(query, config="simple", search_type="raw"))
    near = list(Sku.objects.filter(asked, active=True).order_by("code")[: CANDIDATES * len(items)])
    by_id = {sku.pk: sku for sku in near}
    articles = [matching.Article(sku.pk, sku.code, f"{sku.name_en} {sku.name_zh} {sku.variant}") for sku in near]
    found: dict[int, list[dict[str, Any]]] = {}
    for one in items:
        hits = matching.suggest(one.channel_sku, one.title, one.attributes, articles)
        found[one.pk] = [
            {"sku_id": h.pk, "code": by_id[h.pk].code, "name": by_id[h.pk].name_en or by_id[h.pk].name_zh,
             "quantity": h.quantity, "reason": h.reason}
            for h in hits
        ]  # fmt: skip
    return found


def search_text(sku: Sku) -> str:
    """The folded words an article is found by."""
    return fold(" ".join(filter(None, (sku.code, sku.name_en, sku.name_zh, sku.variant, sku.barcode))))[:600]
