"""What dispatch hears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from core.audit import Actor, system
from core.clock import utcnow
from core.events import subscribe
from core.jobs import later
from inventory.events import GoodsArrived
from logistics.choices import Work
from logistics.selectors import board, carriers
from logistics.selectors import dispatch as selectors
from logistics.selectors.customs import classes
from logistics.services import dispatch, numbers, shipping, stages
from logistics.services.buying import settle_needs
from orders import registry as order_registry
from orders.events import OrdersChanged, OrdersMatched, OrdersReady, OrderStopped
from products import registry as product_registry
from stores.choices import Ability, CallState
from stores.contracts import CarrierAccess
from stores.models import OutboundCall
from stores.registry import carrier_door, on_settled, still_wanted
from stores.services import outbox
from worklist import registry as work_registry

#: Orders one job takes.
PIECE = 500
DESK = system("dispatch")

order_registry.dispatch_facts = stages.facts_of_orders
order_registry.service_choices = selectors.service_choices
product_registry.goods_classes = classes.remembered_classes
product_registry.tariff_headings = classes.heading_choices


def _draft_waiting(now: datetime) -> int:
    """Between two rounds of ``run_due``: ready orders without a note get theirs."""
    ids = selectors.orders_without_note(PIECE)
    return len(dispatch.draft_notes(order_ids=ids, actor=DESK, now=now)) if ids else 0


work_registry.drain.append(_draft_waiting)


def _in_the_warehouse(actor: Actor, now: datetime) -> tuple[str, str, str] | None:
    """What waits to be printed, packed and handed over, for those who do it: no duty stands for it, the board does."""
    if not actor.has_perm("logistics.pack_parcel"):
        return None
    found = board.counts(actor, now)
    waits = sum(found[work] for work in (Work.TO_PRINT, Work.TO_PACK, Work.PACKED))
    text = ngettext("%(n)s note waits in the warehouse.", "%(n)s notes wait in the warehouse.", waits) % {"n": waits}
    return (text, gettext("To the board"), reverse("logistics:board")) if waits else None


work_registry.elsewhere.append(_in_the_warehouse)


def _in_pieces(name: str, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), PIECE):
        later(name, order_ids=list(ids[start : start + PIECE]))


@subscribe(OrdersReady, recovered_by="logistics.sweep_notes")
def on_orders_ready(event: OrdersReady) -> None:
    """Orders that may be sent get their note."""
    _in_pieces("logistics.draft_notes", event.order_ids)


@subscribe(OrdersMatched, recovered_by="logistics.sweep_notes")
def on_orders_matched(event: OrdersMatched) -> None:
    """Notes learn what their lines stand for."""
    _in_pieces("logistics.follow_orders", event.order_ids)


@subscribe(OrdersChanged, recovered_by="logistics.sweep_notes")
def on_orders_changed(event: OrdersChanged) -> None:
    """Notes follow service, wishes and address."""
    _in_pieces("logistics.follow_orders", event.order_ids)


@subscribe(OrderStopped, recovered_by="logistics.sweep_notes")
def on_order_stopped(event: OrderStopped) -> None:
    """A cancelled order takes its note back."""
    later("logistics.stop_notes", order_ids=[event.order_id])


@subscribe(GoodsArrived, recovered_by="logistics.sign_missed")
def on_goods_arrived(event: GoodsArrived) -> None:
    """Notes that waited for goods may now be signed by rule."""
    _in_pieces("logistics.sign_by_rule", event.order_refs)


@subscribe(GoodsArrived, recovered_by="worklist.sweep")
def on_goods_bought(event: GoodsArrived) -> None:
    """What nobody lacks any more leaves the purchaser's list; the rest says how much is still missing."""
    settle_needs(order_refs=event.order_refs, actor=DESK, now=utcnow())


@on_settled(Ability.WAYBILL)
def waybill_given(call: OutboundCall, *, now: datetime) -> None:
    """The carrier gave a number, or will not."""
    numbers.carrier_answered(call=call, now=now)


@on_settled(Ability.CARRIER_WAYBILL)
def carrier_gave(call: OutboundCall, *, now: datetime) -> None:
    """A carrier with an account gave a number, or will not; who lives where is forgotten here as soon as it has."""
    numbers.carrier_answered(call=call, now=now)
    if call.state == CallState.SENT:
        outbox.forget(calls=OutboundCall._base_manager.filter(pk=call.pk))


@still_wanted(Ability.CARRIER_WAYBILL)
def number_wanted(call: OutboundCall, *, now: datetime) -> str:
    """A note that was taken back, or has its number by now, asks no carrier."""
    return numbers.why_not_ask(call=call)


@carrier_door
def carrier_access(call: OutboundCall) -> CarrierAccess | None:
    """How the carrier of a call is reached."""
    return carriers.access(carriers.account_of_call(call))


@on_settled(Ability.DECLARE_SHIPMENT)
def shipment_declared(call: OutboundCall, *, now: datetime) -> None:
    """The shop knows of the shipment, or must be told by hand."""
    shipping.channel_answered(call=call, now=now)


@still_wanted(Ability.DECLARE_SHIPMENT)
def declaration_wanted(call: OutboundCall, *, now: datetime) -> str:
    """A parcel that was closed or declared by hand is not declared again (G1c)."""
    return shipping.why_not_declare(call=call)
