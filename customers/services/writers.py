"""People who write to a store, whether they ever bought or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.models import Store
from core.listing.searching import fold
from customers import rules
from customers.models import Buyer, ErasedBuyer


def find_or_create_writers(*, store: Store, people: Mapping[str, str], now: datetime) -> dict[str, Buyer]:
    """The buyers behind the channel's keys (key -> name as the channel tells it), by that key; somebody who asks before
    ordering becomes a buyer without orders. An erased buyer stays erased. Statements do not grow with the number of people.
    """
    asked = {key: rules.identity(store.pk, key, "", "", key) for key in people}
    digests = {rules.tombstone(store.pk, name): key for key, name in asked.items()}
    gone = ErasedBuyer.objects.filter(store=store, key_digest__in=list(digests)).values_list("key_digest", flat=True)
    for digest in gone:
        asked[digests[digest]] = f"{rules.ERASED}{digest[:60]}"
    found = _read(store, asked)
    missing = [key for key, name in asked.items() if name not in found]
    if missing:
        rows = [_blank(store, asked[key], people[key], now) for key in missing]
        Buyer.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        found = _read(store, asked)
    return {key: found[name] for key, name in asked.items()}


def _read(store: Store, asked: Mapping[str, str]) -> dict[str, Buyer]:
    return {buyer.key: buyer for buyer in Buyer.objects.filter(store=store, key__in=list(asked.values()))}


def _blank(store: Store, name: str, told: str, now: datetime) -> Buyer:
    erased = name.startswith(rules.ERASED)
    shown = "" if erased else told[:200]
    return Buyer(
        store=store, key=name, name=shown, search=fold(shown)[:500], created_at=now, erased_at=now if erased else None
    )
