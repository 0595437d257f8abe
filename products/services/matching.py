"""Which stock SKU, times how many, a channel SKU stands for. Remembered per store; never makes articles by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit
from core.audit import Actor
from core.errors import DomainError, Invalid, Missing, NotAllowed
from core.events import publish
from products import selectors
from products.events import ItemsMatched, ItemsToMatch
from products.models import ChannelItem, Sku, SkuMatch
from products.rules import matching as rules
from products.selectors import search_text
from worklist import services as worklist

DUTY = "products.to_match"
MOST_COMPONENTS = 20
MOST_PIECES = 10_000


@dataclass(frozen=True)
class FileRow:
    """One line of a file of matches."""

    row: int
    channel_sku: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Matched:
    """What a file or a bulk match did; ``rejected`` maps the row of the file to its reason."""

    matched: int
    unchanged: int
    rejected: dict[int, DomainError]


def match(*, item: ChannelItem, components: Sequence[tuple[int, int]], actor: Actor, now: datetime) -> ChannelItem:
    """Say what ``item`` stands for: (SKU id, pieces) of each component; several make a bundle. Replaces an earlier match.

    Refuses none, too many or unknown components and counts below one.
    """
    _may(actor)
    merged = _checked(components)
    with transaction.atomic():
        held = _locked([item.pk])
        if item.pk not in held:
            raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
        known = set(Sku.objects.filter(pk__in=list(merged)).values_list("pk", flat=True))
        if known != merged.keys():
            raise Invalid("unknown_sku", _("One of the articles does not exist."), errors={"components": ["?"]})
        _write(held, {item.pk: merged}, actor, now)
    return held[item.pk]


def match_same_codes(
    *, store: Store, actor: Actor, now: datetime, item_ids: Collection[int] | None = None
) -> list[int]:
    """Match every unmatched channel SKU of the store (or of ``item_ids``) whose code is that of exactly one of our articles,
    case and accents aside, one for one. Answers the ids that were matched. Set-based.
    """
    _may(actor)
    with transaction.atomic():
        rows = selectors.to_match(ChannelItem.objects.filter(store=store))
        if item_ids is not None:
            rows = rows.filter(pk__in=list(item_ids))
        items = list(rows.values_list("pk", "channel_sku"))
        if not items:
            return []
        found = rules.same_codes(items, list(Sku.objects.filter(active=True).values_list("pk", "code")))
        held = _locked(found)
        _write(held, {pk: {found[pk]: 1} for pk in held}, actor, now)
    return sorted(held)


def create_articles(*, items: Iterable[ChannelItem], actor: Actor, now: datetime) -> list[Sku]:
    """Make an article for each channel SKU and match it one for one: the deliberate bulk act of a first import.

    An article that already has the code is taken instead of making a second one. Matched ones and those that are no goods
    are left alone. Set-based. Refuses without the right to make articles.
    """
    _may(actor)
    if not actor.has_perm("products.change_sku"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        held = {
            pk: item for pk, item in _locked([i.pk for i in items]).items() if not item.matched and not item.not_goods
        }
        codes = {pk: item.channel_sku.lstrip("~")[:60] for pk, item in held.items()}
        known = selectors.skus_by_code(set(codes.values()))
        wanted = {code: held[pk] for pk, code in sorted(codes.items(), reverse=True) if code not in known}
        fresh = [_article(code, wanted[code], now) for code in sorted(wanted)]
        Sku.objects.bulk_create(fresh, batch_size=1000)
        audit.record_many(
            audit.entry(s, "sku.create", actor=actor, now=now, text=gettext_noop("Article made from a channel SKU"))
            for s in fresh
        )
        known |= {sku.code: sku for sku in fresh}
        _write(held, {pk: {known[code].pk: 1} for pk, code in codes.items()}, actor, now)
    return fresh


def _article(code: str, item: ChannelItem, now: datetime) -> Sku:
    chinese = any("\u4e00" <= c <= "\u9fff" for c in item.title)
    sku = Sku(code=code, name_en="" if chinese else item.title[:200], name_zh=item.title[:200] if chinese else "",
              variant=item.attributes[:200], image_url=item.image_url, created_at=now)  # fmt: skip
    sku.search = search_text(sku)
    return sku


def match_by_file(*, store: Store, rows: Sequence[FileRow], actor: Actor, now: datetime) -> Matched:
    """Match by a file (channel SKU, SKU, pieces); several rows of one channel SKU make a bundle. A channel SKU that no order
    has named yet is remembered for the day it comes. Each bad row answers for itself and rejects its channel SKU.
    """
    _may(actor)
    codes = selectors.skus_by_code({row.sku for row in rows})
    rejected: dict[int, DomainError] = {}
    bundles: dict[str, dict[int, int]] = {}
    bad: set[str] = set()
    for row in rows:
        fault = _row_fault(row, codes)
        if fault is not None:
            rejected[row.row] = fault
            bad.add(row.channel_sku)
            continue
        parts = bundles.setdefault(row.channel_sku, {})
        parts[codes[row.sku].pk] = parts.get(codes[row.sku].pk, 0) + row.quantity
    for row in rows:
        if row.channel_sku in bad and row.row not in rejected:
            rejected[row.row] = Invalid("other_row", _("Another row of this channel SKU is refused."))
    good = {key: parts for key, parts in bundles.items() if key not in bad}
    with transaction.atomic():
        items = _items_by_key(store, good, now)
        held = _locked([items[key] for key in good])
        changed = _write(held, {items[key]: parts for key, parts in good.items()}, actor, now)
    return Matched(len(changed), len(good) - len(changed), rejected)


def _row_fault(row: FileRow, codes: dict[str, Sku]) -> DomainError | None:
    if not row.channel_sku or len(row.channel_sku) > 100:
        return Invalid(
            "bad_channel_sku",
            _("A channel SKU has 1 to 100 characters."),
            errors={"channel_sku": [row.channel_sku[:40]]},
        )
    if row.sku not in codes:
        return Missing("unknown_sku", _("There is no article “%(code)s”."), code=row.sku[:60])
    if not 0 < row.quantity <= MOST_PIECES:
        return Invalid(
            "bad_quantity", _("The number of pieces is from 1 to 10,000."), errors={"quantity": [str(row.quantity)]}
        )
    return None


def _items_by_key(store: Store, keys: Iterable[str], now: datetime) -> dict[str, int]:
    wanted = list(keys)
    known = ChannelItem.objects.filter(store=store, channel_sku__in=wanted)
    found: dict[str, int] = dict(known.values_list("channel_sku", "pk"))
    fresh = [ChannelItem(store=store, channel_sku=key, first_seen_at=now) for key in sorted(set(wanted) - found.keys())]
    ChannelItem.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    return dict(known.values_list("channel_sku", "pk")) if fresh else found


def mark_not_goods(*, items: Iterable[ChannelItem], actor: Actor, now: datetime) -> list[ChannelItem]:
    """Say that channel SKUs are services (postage, vouchers): nothing to pack, nothing to match. Earlier matches go."""
    return _mark(items, True, actor, now)


def mark_goods(*, items: Iterable[ChannelItem], actor: Actor, now: datetime) -> list[ChannelItem]:
    """Take back :func:`mark_not_goods`: they are to be matched again."""
    return _mark(items, False, actor, now)


def _mark(items: Iterable[ChannelItem], not_goods: bool, actor: Actor, now: datetime) -> list[ChannelItem]:
    _may(actor)
    with transaction.atomic():
        held = [item for item in _locked([i.pk for i in items]).values() if item.not_goods != not_goods]
        ids = [item.pk for item in held]
        SkuMatch.objects.filter(item_id__in=ids).delete()
        ChannelItem.objects.filter(pk__in=ids).update(not_goods=not_goods, matched=False)
        text = "Marked as not goods" if not_goods else "Marked as goods"
        audit.record_many(audit.entry(i, "item.mark", actor=actor, now=now, text=text) for i in held)
        _tell(held, actor, now)
    return held


def unmatch(*, items: Iterable[ChannelItem], actor: Actor, now: datetime) -> list[ChannelItem]:
    """Forget what channel SKUs stand for: they are to be matched again, and notes that are not approved wait for it."""
    _may(actor)
    with transaction.atomic():
        held = [item for item in _locked([i.pk for i in items]).values() if item.matched]
        ids = [item.pk for item in held]
        SkuMatch.objects.filter(item_id__in=ids).delete()
        ChannelItem.objects.filter(pk__in=ids).update(matched=False)
        audit.record_many(
            audit.entry(i, "item.unmatch", actor=actor, now=now, text=gettext_noop("Match taken back")) for i in held
        )
        _tell(held, actor, now)
    return held


def _tell(items: Sequence[ChannelItem], actor: Actor, now: datetime) -> None:
    """Tell who waits for the matches; the duty of a store ends with its last waiting channel SKU and begins with the first."""
    if not items:
        return
    publish(ItemsMatched(tuple(item.pk for item in items)))
    for store_id in sorted({item.store_id for item in items}):
        if selectors.waiting_items(store_id).exists():
            publish(ItemsToMatch(store_id))
        else:
            worklist.close(rule_key=DUTY, subject_ids=[store_id], actor=actor, now=now)


def _checked(components: Sequence[tuple[int, int]]) -> dict[int, int]:
    merged: dict[int, int] = {}
    for sku_id, quantity in components:
        merged[sku_id] = merged.get(sku_id, 0) + quantity
    if not merged or len(merged) > MOST_COMPONENTS:
        raise Invalid(
            "bad_components", _("Name 1 to 20 articles."), errors={"components": [str(_("1 to 20 articles."))]}
        )
    if any(not 0 < quantity <= MOST_PIECES for quantity in merged.values()):
        raise Invalid(
            "bad_quantity", _("The number of pieces is from 1 to 10,000."), errors={"components": ["1-10000"]}
        )
    return merged


def _locked(ids: Iterable[int]) -> dict[int, ChannelItem]:
    rows = ChannelItem.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return {item.pk: item for item in rows}


def _write(held: dict[int, ChannelItem], wanted: dict[int, dict[int, int]], actor: Actor, now: datetime) -> list[int]:
    """Write the matches that differ from what is there; answers the ids of the items that changed."""
    present = selectors.components(wanted)
    changed = [pk for pk, parts in wanted.items() if pk in held and dict(present.get(pk, [])) != parts]
    if not changed:
        return []
    SkuMatch.objects.filter(item_id__in=[pk for pk in changed if pk in present]).delete()
    SkuMatch.objects.bulk_create(
        [SkuMatch(item_id=pk, sku_id=sku_id, quantity=n) for pk in changed for sku_id, n in sorted(wanted[pk].items())],
        batch_size=2000,
    )
    ChannelItem.objects.filter(pk__in=changed).update(matched=True, not_goods=False)
    lines = []
    for pk in changed:
        held[pk].matched, held[pk].not_goods = True, False
        parts = [[sku_id, n] for sku_id, n in sorted(wanted[pk].items())]
        lines.append(
            audit.entry(held[pk], "item.match", actor=actor, now=now, text=gettext_noop("Matched"), components=parts)
        )
    audit.record_many(lines)
    _tell([held[pk] for pk in changed], actor, now)
    return changed


def _may(actor: Actor) -> None:
    if not actor.has_perm("products.match_sku"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
