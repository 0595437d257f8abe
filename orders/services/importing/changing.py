"""Orders that are known already: what a telling changes, decided in memory, written in sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, copying
from core.audit import Actor
from core.models import ActivityEntry
from core.states import move_many
from customers.selectors import buyer_key
from customers.services import find_or_create_buyers
from inventory.services import stock
from orders.choices import HoldReason, OrderState, Stage
from orders.models import Order, OrderAddress
from orders.rules import importing as rules
from orders.services.importing import lines
from orders.services.importing.creating import address_of, facts_of, items_of
from stores.contracts import RemoteOrder

#: Where an order stands once its note has left the desk: news about it must stop the parcel at the next scan.
RELEASED = frozenset({Stage.TO_NUMBER, Stage.TO_PRINT, Stage.TO_HAND_OVER, Stage.SHORT})
#: States without anything left to assess.
_DONE = frozenset({OrderState.SHIPPED, OrderState.DELIVERED, OrderState.COMPLETED, OrderState.CANCELLED})
_CONTENT = (
    "number", "buyer_id", "buyer_name", "country", "currency", "goods_total", "shipping_fee", "discount", "total", "pieces",
    "shipping_method", "note", "placed_at", "ship_by", "channel_status", "channel_updated_at", "channel_version",
    "channel_facts", "search",
)  # fmt: skip
_WRITTEN = (*_CONTENT, *rules.STAMPS, "intercept", "hold_reason", "hold_note", "hold_until")
#: Facts that only say how new a telling is.
_QUIET = frozenset({"channel_version", "channel_updated_at"})
#: So many replaced undated tellings are remembered.
_SEEN = 20


@dataclass
class Change:
    """What a telling does to one order. ``stamps`` holds all stamps as they will be."""

    order: Order
    remote: RemoteOrder
    version: str
    wins: bool
    steps: list[str]
    stamps: dict[str, datetime | None]
    stamped: bool
    facts: dict[str, Any] = field(default_factory=dict)
    address: dict[str, Any] = field(default_factory=dict)
    goods: bool = False
    stop: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written."""
        return not (self.wins or self.steps or self.stamped)

    @property
    def matters(self) -> bool:
        """Whether the order needs a new look."""
        return bool(self.steps or self.stop or self.address or self.goods or self.facts.keys() - _QUIET)

    @property
    def stopped(self) -> bool:
        """Whether work on the order that is under way must stop or be done again."""
        sent = "ship" in self.steps or "channel_cancel" in self.steps
        return sent or (self.order.state not in _DONE and bool(self.stop or self.address or self.goods))

    @property
    def completed(self) -> bool:
        """Whether the sale came to its end."""
        return "complete" in self.steps


def plan(store: Store, newer: Mapping[str, RemoteOrder], versions: Mapping[str, str], *, lock: bool) -> list[Change]:
    """What each telling would change; the rows are locked in primary-key order when it will be written."""
    if not newer:
        return []
    rows = Order.objects.filter(store=store, external_id__in=list(newer)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return [_decide(order, newer[order.external_id], versions[order.external_id]) for order in rows]


def _decide(order: Order, remote: RemoteOrder, version: str) -> Change:
    stamps = {name: rules.earliest(getattr(order, name), getattr(remote, name)) for name in rules.STAMPS}
    return Change(
        order, remote, version, wins=rules.content_wins(version, order.channel_version, order.channel_facts.get("seen", ())),
        steps=rules.steps(order.state, rules.status_of(remote)), stamps=stamps,
        stamped=any(stamps[name] != getattr(order, name) for name in stamps),
    )  # fmt: skip


def write(*, store: Store, changes: Sequence[Change], actor: Actor, now: datetime) -> list[Change]:
    """Write what the changes say; answers those that wrote something. Statements do not grow with the orders."""
    wanted = [change for change in changes if not change.is_empty]
    winners = [change for change in wanted if change.wins]
    if winners:
        _compare(store, winners, now)
    _move(wanted, actor, now)
    _write_orders(wanted)
    _write_addresses(winners, now)
    over = [c.order.pk for c in wanted if not c.order.history and {"channel_cancel", "ship"} & set(c.steps)]
    if over:  # what was promised to orders that we no longer send is free again
        stock.release(order_refs=over, actor=actor, now=now)
    audit.record_many(_entry(c, actor, now) for c in wanted if c.facts.keys() - _QUIET or c.address or c.goods)
    return wanted


def _entry(change: Change, actor: Actor, now: datetime) -> ActivityEntry:
    named = sorted(change.facts.keys() - _QUIET)
    return audit.entry(
        change.order,
        "order.update",
        actor=actor,
        now=now,
        text=gettext_noop("The channel told something new"),
        facts=named,
    )


def _compare(store: Store, winners: list[Change], now: datetime) -> None:
    """Find out which facts and addresses differ; bring buyers, channel SKUs and lines up to date."""
    remotes = [change.remote for change in winners]
    buyers = find_or_create_buyers(store=store, remotes=remotes, now=now)
    items = items_of(store, remotes, {c.remote.external_id: c.order.history for c in winners}, now)
    addresses = {a.order_id: a for a in OrderAddress.objects.filter(order_id__in=[c.order.pk for c in winners])}
    goods = lines.bring_up_to_date({change.order.pk: change.remote for change in winners}, items)
    for change in winners:
        order, buyer = change.order, buyers[buyer_key(store.pk, change.remote)]
        told = facts_of(change.remote, buyer, change.version, _seen(order, change.version))
        change.facts = {name: told[name] for name in _CONTENT if told[name] != getattr(order, name)}
        where, held = address_of(change.remote, buyer), addresses.get(order.pk)
        if held is None or any(getattr(held, name) != value for name, value in where.items()):
            change.address = where
        change.goods = order.pk in goods
        change.stop = _stop_reason(change)


def _stop_reason(change: Change) -> str:
    """Why the parcel must not leave: the note is out and the buyer wants to cancel, is a risk, or has moved. A request that
    was answered and that the channel still tells is not a new one."""
    if change.order.history or change.order.stage not in RELEASED:
        return ""
    if change.remote.cancel_requested and HoldReason.CANCEL_REQUEST not in change.order.cleared:
        return HoldReason.CANCEL_REQUEST.value
    if change.remote.risk:
        return HoldReason.PAYMENT_RISK.value
    if change.address:
        return HoldReason.ADDRESS.value
    return HoldReason.OTHER.value if change.goods else ""


def _seen(order: Order, version: str) -> list[str]:
    """Fingerprints of undated tellings that were replaced: an old file that is uploaded again must not bring them back."""
    held = list(order.channel_facts.get("seen", ()))
    old, new = order.channel_version.split("|"), version.split("|")
    if len(old) == 4 and not old[0] and not new[0] and old[3] not in held:
        held.append(old[3])
    return held[-_SEEN:]


def _move(changes: Sequence[Change], actor: Actor, now: datetime) -> None:
    """Make the moves step by step: one set of statements for each step, not for each order."""
    for index in range(max((len(change.steps) for change in changes), default=0)):
        by_step: dict[str, list[Order]] = {}
        for change in changes:
            if index < len(change.steps):
                by_step.setdefault(change.steps[index], []).append(change.order)
        for step, orders in sorted(by_step.items()):
            move_many(orders, step, actor=actor, now=now, note="Told by the channel")


def _write_orders(changes: Sequence[Change]) -> None:
    rows = []
    for change in changes:
        order = change.order
        if change.steps:
            order.hold_reason, order.hold_note, order.hold_until = "", "", None
        if change.stop:
            order.intercept = change.stop
        # a move stamps the moment we heard of it; what counts is when it happened, and that may be unknown
        for name, value in (change.facts | change.stamps).items():
            setattr(order, name, value)
        rows.append({"id": order.pk, **{name: getattr(order, name) for name in _WRITTEN}})
    copying.update_rows(Order, _WRITTEN, rows)


def _write_addresses(winners: Sequence[Change], now: datetime) -> None:
    rows = {c.order.pk: {"order_id": c.order.pk, "changed_at": now, **c.address} for c in winners if c.address}
    if not rows:
        return
    known = OrderAddress.objects.filter(order_id__in=list(rows)).values_list("order_id", "pk")
    updates = [{**rows.pop(order_id), "id": pk} for order_id, pk in known]
    columns = [name for name in (updates[0] if updates else ()) if name not in ("id", "order_id")]
    copying.update_rows(OrderAddress, columns, updates)
    copying.copy_records(OrderAddress, list(rows.values()))
