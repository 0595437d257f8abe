"""Articles, and the channel SKUs that orders speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, copying
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.events import publish
from products import selectors
from products.events import ItemsToMatch
from products.models import ChannelItem, Sku
from products.rules import matching
from stores.contracts import RemoteLine

_NEW_ITEM = (
    "store_id",
    "channel_sku",
    "title",
    "attributes",
    "image_url",
    "matched",
    "not_goods",
    "needed_at",
    "first_seen_at",
)
#: Who writes what a channel tells.
IMPORT = audit.system("import")
#: Columns of an article that people and files may write.
SKU_FIELDS = (
    "code", "name_en", "name_zh", "variant", "barcode", "image_url", "weight_g", "cost", "cost_currency", "customs_text",
    "hs_code", "origin", "material", "goods_class", "fragile", "spare_pieces", "spare_per", "made_in_house", "packing", "active",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """How many articles a set of rows made, changed and left alone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


def ensure_items(
    *, store: Store, lines: Iterable[RemoteLine], now: datetime, needed: Collection[str] | None = None
) -> dict[str, ChannelItem]:
    """The channel SKUs of ``lines`` by their key (``rules.matching.item_key``), new ones made as "to match".

    Never makes an article. ``needed`` names those that an order which is not history asks for (None: all): unmatched ones
    among them become a duty. Titles follow the better of two whatever comes first. Statements do not grow with the lines.
    """
    told: dict[str, RemoteLine] = {}
    titles: dict[str, tuple[str, str, str]] = {}
    for line in lines:
        key = matching.item_key(line.sku, line.title, line.attributes)
        told.setdefault(key, line)
        held = titles.get(key, ("", "", ""))
        titles[key] = (
            matching.better_title(held[0], line.title[:300]), matching.better_title(held[1], line.attributes[:300]),
            matching.better_title(held[2], line.image_url[:500]),
        )  # fmt: skip
    wanted = set(told) if needed is None else set(needed)
    with transaction.atomic(savepoint=False):
        found = _items(store, told)
        missing = sorted(told.keys() - found.keys())
        if missing:
            rows = [_item_row(store, key, titles[key], now if key in wanted else None, now) for key in missing]
            copying.insert_missing(ChannelItem, _NEW_ITEM, rows, ("store_id", "channel_sku"))
            found |= _items(store, missing)
        made = set(missing)
        before = {key: (item.title, item.attributes, item.image_url) for key, item in found.items()}
        changed = [
            item for key, item in found.items() if _tell(item, titles[key], key in wanted, now) and key not in made
        ]
        _write_items(changed)
        _note_items([found[key] for key in missing], changed, before, now)
        waiting = [item for item in found.values() if item.needed_at == now and not item.matched and not item.not_goods]
        if waiting:
            publish(ItemsToMatch(store.pk))
    return found


def _best(held: tuple[str, str, str], told: tuple[str, str, str]) -> tuple[str, str, str]:
    title, attributes, image = (matching.better_title(a, b) for a, b in zip(held, told, strict=True))
    return title, attributes, image


def _items(store: Store, keys: Iterable[str]) -> dict[str, ChannelItem]:
    return {item.channel_sku: item for item in ChannelItem.objects.filter(store=store, channel_sku__in=list(keys))}


def _item_row(
    store: Store, key: str, texts: tuple[str, str, str], needed_at: datetime | None, now: datetime
) -> dict[str, Any]:
    return {"store_id": store.pk, "channel_sku": key, "title": texts[0], "attributes": texts[1], "image_url": texts[2],
            "matched": False, "not_goods": False, "needed_at": needed_at, "first_seen_at": now}  # fmt: skip


def _tell(item: ChannelItem, texts: tuple[str, str, str], needed: bool, now: datetime) -> bool:
    held = (item.title, item.attributes, item.image_url)
    best = held if held == texts else _best(held, texts)
    wanted_now = needed and item.needed_at is None
    if best == held and not wanted_now:
        return False
    item.title, item.attributes, item.image_url = best
    if wanted_now:
        item.needed_at = now
    return True


def _write_items(items: Sequence[ChannelItem]) -> None:
    rows = [{"id": i.pk, "title": i.title, "attributes": i.attributes, "image_url": i.image_url, "needed_at": i.needed_at}
            for i in sorted(items, key=lambda i: i.pk)]  # fmt: skip
    copying.update_rows(ChannelItem, ("title", "attributes", "image_url", "needed_at"), rows)


def _note_items(
    made: Sequence[ChannelItem],
    changed: Sequence[ChannelItem],
    before: Mapping[str, tuple[str, str, str]],
    now: datetime,
) -> None:
    """Put what the channel made and changed into the record, by itself (OPS-01)."""
    kind, rows = audit.subject_type(ChannelItem), []
    for item in made:
        if item.first_seen_at == now:  # somebody else was not faster
            text = gettext_noop("Seen in the shop for the first time: %(sku)s")
            rows.append(
                audit.row(
                    kind, item.pk, item.store_id, "item.new", actor=IMPORT, now=now, text=text, sku=item.channel_sku
                )
            )
    for item in changed:
        told = zip(("title", "attributes", "image_url"), before[item.channel_sku], strict=True)
        changes = {name: [was, getattr(item, name)] for name, was in told if was != getattr(item, name)}
        if changes:
            text = gettext_noop("The shop changed it: %(sku)s")
            rows.append(
                audit.row(
                    kind,
                    item.pk,
                    item.store_id,
                    "item.told",
                    actor=IMPORT,
                    now=now,
                    text=text,
                    sku=item.channel_sku,
                    changes=changes,
                )
            )
    if rows:
        audit.record_rows(rows)


def mark_needed(*, item_ids: Collection[int], now: datetime) -> int:
    """Orders that were history were taken up: their unmatched channel SKUs become a duty. Answers how many."""
    with transaction.atomic():
        rows = selectors.to_match(ChannelItem.objects.filter(pk__in=list(item_ids), needed_at__isnull=True))
        stores = set(rows.values_list("store_id", flat=True))
        changed = rows.update(needed_at=now)
        for store_id in stores:
            publish(ItemsToMatch(store_id))
    return changed


# --- articles ----------------------------------------------------------------------------------------------------


def create_sku(*, actor: Actor, now: datetime, code: str, **facts: Any) -> Sku:
    """Make one article. Refuses an empty or taken code and facts the table does not know."""
    _may(actor)
    _known(facts)
    code = code.strip()
    if not code or len(code) > 60:
        raise Invalid(
            "bad_code",
            _("An article needs a code of at most 60 characters."),
            errors={"code": [str(_("1 to 60 characters."))]},
        )
    with transaction.atomic():
        if Sku.objects.filter(code=code).exists():
            raise Conflict("code_taken", _("There already is an article with this code."), field="code")
        sku = Sku(code=code, created_at=now, **facts)
        sku.search = selectors.search_text(sku)
        sku.save(force_insert=True)
        audit.record(sku, "sku.create", actor=actor, now=now, text=gettext_noop("Article made"))
    return sku


def change_sku(*, sku: Sku, actor: Actor, now: datetime, **facts: Any) -> Sku:
    """Change facts of an article; the same facts again change nothing. Its code may change, matches stay with it."""
    _may(actor)
    _known(facts)
    with transaction.atomic():
        held = Sku.objects.select_for_update().get(pk=sku.pk)
        if "code" in facts and facts["code"] != held.code and Sku.objects.filter(code=facts["code"]).exists():
            raise Conflict("code_taken", _("There already is an article with this code."), field="code")
        before = {name: getattr(held, name) for name in facts}
        changed = {name: value for name, value in facts.items() if before[name] != value}
        if not changed:
            return held
        for name, value in changed.items():
            setattr(held, name, value)
        held.search = selectors.search_text(held)
        held.save(update_fields=[*changed, "search"])
        audit.record(held, "sku.change", actor=actor, now=now, text=gettext_noop("Article changed"),
                     changes={name: [str(before[name]), str(value)] for name, value in changed.items()})  # fmt: skip
    return held


def write_skus(*, rows: Sequence[Mapping[str, Any]], actor: Actor, now: datetime) -> Written:
    """Make or change articles by code from a file: each row has ``code`` and any of the known facts; a fact that is not in
    the row stays as it is. Set-based; the same rows again change nothing.
    """
    _may(actor)
    latest = {str(row["code"]): row for row in rows}
    with transaction.atomic():
        held = {s.code: s for s in Sku.objects.select_for_update().filter(code__in=list(latest)).order_by("pk")}
        fresh, changed, differing = [], [], {}
        for code in sorted(latest):
            facts = {name: value for name, value in latest[code].items() if name in SKU_FIELDS}
            sku = held.get(code)
            if sku is None:
                fresh.append(_shaped(Sku(created_at=now, **facts)))
            elif news := {name: value for name, value in facts.items() if getattr(sku, name) != value}:
                differing[code] = {name: [str(getattr(sku, name)), str(value)] for name, value in news.items()}
                for name, value in news.items():
                    setattr(sku, name, value)
                changed.append(_shaped(sku))
        Sku.objects.bulk_create(fresh, batch_size=1000)
        Sku.objects.bulk_update(changed, [*SKU_FIELDS, "search"], batch_size=500)
        audit.record_many(
            [
                audit.entry(s, "sku.create", actor=actor, now=now, text=gettext_noop("Article made from a file"))
                for s in fresh
            ]
            + [
                audit.entry(
                    s,
                    "sku.change",
                    actor=actor,
                    now=now,
                    text=gettext_noop("Article changed from a file"),
                    changes=differing[s.code],
                )
                for s in changed
            ]
        )
    return Written(len(fresh), len(changed), len(latest) - len(fresh) - len(changed))


def _shaped(sku: Sku) -> Sku:
    sku.search = selectors.search_text(sku)
    return sku


def _known(facts: Mapping[str, Any]) -> None:
    unknown = set(facts) - set(SKU_FIELDS)
    if unknown:
        raise Invalid(
            "unknown_field", _("An article has no such fact."), errors={name: ["?"] for name in sorted(unknown)}
        )


def _may(actor: Actor) -> None:
    if not actor.has_perm("products.change_sku"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
