"""Orders that nobody knew: written with a fixed number of statements, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, copying
from core.audit import Actor
from core.listing.searching import fold
from customers.models import Buyer
from customers.selectors import buyer_key
from customers.services import find_or_create_buyers
from orders.choices import OrderType
from orders.models import Order, OrderAddress, OrderLine
from orders.rules import importing as rules
from orders.rules.stage import NOTHING, OrderFacts, stage
from orders.services import intake
from products.models import ChannelItem
from products.selectors import item_key
from products.services.catalogue import ensure_items
from stores.contracts import RemoteOrder


@dataclass(frozen=True, slots=True)
class Made:
    """An order that was just made."""

    pk: int
    history: bool
    #: It came in as sent from elsewhere, and is to be worked on.
    gone: bool


def create(
    *,
    store: Store,
    remotes: Sequence[RemoteOrder],
    versions: Mapping[str, str],
    fresh_days: int,
    actor: Actor,
    now: datetime,
) -> list[Made]:
    """Write new orders with lines, addresses and the first line of their timeline; assess those that are not history before
    they get their row, so that each is written once. None of them exists yet.
    """
    if not remotes:
        return []
    old = {r.external_id: rules.is_history(r.placed_at, now, fresh_days) for r in remotes}
    buyers = find_or_create_buyers(store=store, remotes=remotes, now=now)
    items = items_of(store, remotes, old, now)
    ids = copying.take_ids(Order, len(remotes))
    history: list[dict[str, Any]] = []
    fresh: list[Order] = []
    lines, addresses, entries = [], [], []
    for pk, remote in zip(ids, remotes, strict=True):
        buyer = buyers[buyer_key(store.pk, remote)]
        facts = _order(pk, store, remote, buyer, versions[remote.external_id], old[remote.external_id], now)
        if old[remote.external_id]:
            history.append(facts)
        else:
            fresh.append(_to_assess(facts, store, buyer))
        lines += [{"order_id": pk, **line} for line in lines_of(remote, items)]
        addresses.append({"order_id": pk, "changed_at": now, **address_of(remote, buyer)})
        entries.append(_entry(pk, store, actor, now, old[remote.external_id]))
    # what points at an order may stand before it: the references are checked when the transaction ends
    copying.copy_records(OrderLine, lines)
    copying.copy_records(OrderAddress, addresses)
    copying.copy_records(Order, history)
    with audit.together():
        audit.record_rows(entries)
        if fresh:
            intake.assess_new(orders=fresh, save=copying.copy_objects, actor=actor, now=now)
    gone = {
        r.external_id for r in remotes if rules.STATE_OF[rules.status_of(r)] == "shipped" and not old[r.external_id]
    }
    return [Made(pk, old[r.external_id], r.external_id in gone) for pk, r in zip(ids, remotes, strict=True)]


def _order(
    pk: int, store: Store, remote: RemoteOrder, buyer: Buyer, version: str, history: bool, now: datetime
) -> dict[str, Any]:
    state = rules.STATE_OF[rules.status_of(remote)]
    return {
        "id": pk, "store_id": store.pk, "external_id": remote.external_id, "type": OrderType.SALE.value, "state": state,
        "stage": first_stage(state, history), "history": history, "imported_at": now, **facts_of(remote, buyer, version),
        **{name: getattr(remote, name) for name in rules.STAMPS},
    }  # fmt: skip


#: Columns of an order and what stands in those the channel says nothing about.
_BLANK = {f.attname: f.get_default() for f in Order._meta.concrete_fields}
_OWN = {name: type(value) for name, value in _BLANK.items() if isinstance(value, dict | list)}


def _to_assess(facts: dict[str, Any], store: Store, buyer: Buyer) -> Order:
    """The unsaved order with what an assessment reads beside its own row."""
    order = Order(*{**_BLANK, **{name: made() for name, made in _OWN.items()}, **facts}.values())
    order._state.fields_cache.update(store=store, buyer=buyer)
    vars(order).update(
        store_kind=store.kind, store_zone=store.time_zone, store_code=store.code, black_at=buyer.blacklisted_at,
        black_reason=buyer.blacklist_reason, buyer_since=buyer.first_order_at,
    )  # fmt: skip
    return order


def items_of(
    store: Store, remotes: Sequence[RemoteOrder], old: Mapping[str, bool], now: datetime
) -> dict[str, ChannelItem]:
    """The channel SKUs of all lines; those of orders to be worked on are needed now."""
    needed = {
        item_key(line.sku, line.title, line.attributes)
        for remote in remotes if not old[remote.external_id] for line in remote.lines
    }  # fmt: skip
    return ensure_items(store=store, lines=(line for r in remotes for line in r.lines), now=now, needed=needed)


def first_stage(state: str, history: bool) -> str:
    """Where an order stands before anybody looked at it; the assessment says more for orders that are not history."""
    return stage(OrderFacts(state, history, "", False, False), NOTHING)


def facts_of(remote: RemoteOrder, buyer: Buyer, version: str, seen: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of an order that the channel decides; nothing personal of a buyer who was erased."""
    made = rules.sums(remote)
    assert made is not None  # orders without amounts were rejected
    erased = buyer.erased_at is not None
    name = buyer.name if erased else (remote.buyer_name or remote.address.recipient)[:200]
    words = "" if erased else fold(" ".join(filter(None, (name, remote.buyer_login, remote.address.recipient))))[:300]
    return {
        "number": remote.number or remote.external_id, "buyer_id": buyer.pk, "buyer_name": name, "country": remote.country,
        "currency": remote.currency, "goods_total": made.goods, "shipping_fee": remote.shipping_fee, "discount": remote.discount,
        "total": made.total, "pieces": made.pieces, "shipping_method": remote.shipping_method,
        "note": "" if erased else remote.note, "placed_at": remote.placed_at, "ship_by": remote.ship_by,
        "channel_status": remote.channel_status or remote.status[:60], "channel_updated_at": remote.updated_at,
        "channel_version": version, "channel_facts": channel_facts(remote, seen), "search": words,
    }  # fmt: skip


def channel_facts(remote: RemoteOrder, seen: Sequence[str]) -> dict[str, Any]:
    """What else the channel told: shipments, risk, a wish to cancel, its own facts; only what is there."""
    facts: dict[str, Any] = dict(remote.facts)
    if remote.shipments:
        facts["shipments"] = [
            {
                "number": s.tracking_number,
                "service": s.service,
                "shipped_at": s.shipped_at.isoformat() if s.shipped_at else None,
            }
            for s in remote.shipments
        ]
    if remote.risk:
        facts["risk"] = True
    if remote.cancel_requested:
        facts["cancel_requested"] = True
    if seen:
        facts["seen"] = list(seen)
    return facts


def lines_of(remote: RemoteOrder, items: Mapping[str, ChannelItem]) -> list[dict[str, Any]]:
    """The columns of the lines that the channel decides, in the channel's order."""
    return [
        {"position": position, "external_id": line.external_id,
         "item_id": items[item_key(line.sku, line.title, line.attributes)].pk, "title": line.title, "attributes": line.attributes,
         "quantity": line.quantity, "unit_price": line.unit_price, "discount": line.discount,
         "total": rules.line_total(line), "buyer_note": line.note}
        for position, line in enumerate(remote.lines, 1)
    ]  # fmt: skip


def address_of(remote: RemoteOrder, buyer: Buyer) -> dict[str, Any]:
    """The columns of the address; only the country of a buyer who was erased."""
    gone = buyer.erased_at is not None
    return {name: "" if gone else getattr(remote.address, name) for name in rules.ADDRESS_LENGTHS} | {
        "country": remote.country
    }


def _entry(pk: int, store: Store, actor: Actor, now: datetime, history: bool) -> dict[str, Any]:
    text = gettext_noop("Order came in as history") if history else gettext_noop("Order came in")
    return {"subject_type": "orders.order", "subject_id": pk, "store_ref": store.pk, "verb": "order.import", "text": text,
            "params": {}, "reason": "", "actor_kind": actor.kind, "actor_ref": actor.ref, "actor_label": actor.label,
            "request_ref": "", "at": now}  # fmt: skip
