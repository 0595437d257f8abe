"""Buyers of incoming orders, found or made in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from accounts.models import Store
from core import copying
from core.listing.searching import fold
from customers import rules
from customers.models import Buyer
from customers.selectors import buyer_key
from stores.contracts import RemoteOrder

_NEW = ("store_id", "key", *rules.FACTS, "language", "search", "versions", "blacklist_reason", "email_consent",
        "first_order_at", "created_at", "erased_at")  # fmt: skip
_CHANGED = (*rules.FACTS, "language", "search", "versions", "first_order_at")


def find_or_create_buyers(*, store: Store, remotes: Iterable[RemoteOrder], now: datetime) -> dict[str, Buyer]:
    """The buyers of ``remotes`` by their identity in the store (``selectors.buyer_key``), new ones made, facts brought up to date.

    Statements do not grow with the number of orders. Facts (name, e-mail, …) follow the latest telling, whatever the order
    in which tellings arrive. An erased buyer stays erased: nothing personal is written to his row.
    """
    told: dict[str, list[RemoteOrder]] = {}
    for remote in remotes:
        told.setdefault(buyer_key(store.pk, remote), []).append(remote)
    with transaction.atomic(savepoint=False):
        asked, found = _known(store, told)
        made = _make(store, sorted(set(asked.values()) - found.keys()), told, now)
        changed = [buyer for key, buyer in found.items() if not buyer.erased_at and _tell(buyer, told.get(key, ()))]
        changed.sort(key=lambda buyer: buyer.pk)
        copying.update_rows(Buyer, _CHANGED, [_row(buyer) for buyer in changed], "t.erased_at IS NULL")
    found |= made
    return {key: found[asked[key]] for key in told}


def _make(store: Store, keys: list[str], told: Mapping[str, list[RemoteOrder]], now: datetime) -> dict[str, Buyer]:
    """New buyers with their facts; one that somebody else makes at this moment is brought up to date instead."""
    if not keys:
        return {}
    fresh = {key: _blank(store, key, now) for key in keys}
    for key, buyer in fresh.items():
        if not buyer.erased_at:
            _tell(buyer, told.get(key, ()))
    for pk, _store, key in copying.insert_missing(
        Buyer, _NEW, [_row(b, _NEW) for b in fresh.values()], ("store_id", "key")
    ):
        fresh[key].pk = pk
    late = [key for key, buyer in fresh.items() if buyer.pk is None]
    if late:
        raced = _read(store, late)
        changed = [buyer for key, buyer in raced.items() if not buyer.erased_at and _tell(buyer, told.get(key, ()))]
        copying.update_rows(Buyer, _CHANGED, [_row(buyer) for buyer in changed], "t.erased_at IS NULL")
        fresh |= raced
    return fresh


_KNOWN = """
SELECT b.*, k.key AS asked, e.id IS NOT NULL AS erased FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(key, digest, alias)
LEFT JOIN customers_erasedbuyer e ON e.store_id = %s AND e.key_digest = k.digest
LEFT JOIN customers_buyer b ON b.store_id = %s AND b.key = CASE WHEN e.id IS NULL THEN k.key ELSE k.alias END
"""


def _known(store: Store, told: Iterable[str]) -> tuple[dict[str, str], dict[str, Buyer]]:
    """Identity -> key to look for (the key itself, or the pseudonym of somebody who asked to be forgotten), and the buyers there
    are by that key. One statement."""
    keys = list(told)
    digests = [rules.tombstone(store.pk, key) for key in keys]
    aliases = [f"{rules.ERASED}{digest[:60]}" for digest in digests]
    alias_of = dict(zip(keys, aliases, strict=True))
    rows: Any = Buyer.objects.raw(_KNOWN, [keys, digests, aliases, store.pk, store.pk])
    asked, found = {}, {}
    for row in rows:
        name = asked[row.asked] = alias_of[row.asked] if row.erased else row.asked
        if row.pk is not None:
            found[name] = row
    return asked, found


def _read(store: Store, keys: Iterable[str]) -> dict[str, Buyer]:
    return {buyer.key: buyer for buyer in Buyer.objects.filter(store=store, key__in=list(keys))}


def _blank(store: Store, key: str, now: datetime) -> Buyer:
    erased = now if key.startswith(rules.ERASED) else None
    return Buyer(store_id=store.pk, key=key, created_at=now, erased_at=erased)


def _tell(buyer: Buyer, remotes: Sequence[RemoteOrder]) -> bool:
    """Bring the buyer's facts up to date in memory; whether anything changed."""
    facts = {name: getattr(buyer, name) for name in rules.FACTS}
    versions, first = dict(buyer.versions), buyer.first_order_at
    for remote in remotes:
        moment = remote.updated_at or remote.placed_at
        facts, versions = rules.merged(facts, versions, _facts(remote), int(moment.timestamp()))
        placed = remote.placed_at.astimezone(UTC)
        first = placed if first is None or placed < first else first
    if versions == buyer.versions and first == buyer.first_order_at:
        return False
    if buyer.language in ("", rules.language_of(buyer.country)):  # nobody chose another one
        buyer.language = rules.language_of(facts["country"])
    for name, value in facts.items():
        setattr(buyer, name, value)
    buyer.versions, buyer.first_order_at = versions, first
    buyer.search = fold(" ".join(filter(None, (buyer.name, buyer.login, buyer.email))))[:500]
    return True


def _facts(remote: RemoteOrder) -> dict[str, str]:
    return {
        "login": remote.buyer_login, "name": remote.buyer_name or remote.address.recipient, "email": remote.buyer_email,
        "phone": remote.address.phone, "country": remote.country,
    }  # fmt: skip


def _row(buyer: Buyer, names: Sequence[str] = ("id", *_CHANGED)) -> dict[str, Any]:
    return {name: getattr(buyer, name) for name in names}
