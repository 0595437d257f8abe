"""What tracking hears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.audit import Actor, system
from core.clock import utcnow
from core.events import subscribe
from logistics.choices import SETTLED
from logistics.models import Parcel
from logistics.services import tracking
from orders.choices import OrderState
from orders.events import OrdersImported
from stores.choices import Ability
from stores.contracts import RemoteEvent
from stores.models import OutboundCall
from stores.registry import inbound, on_settled, still_wanted


@inbound(Ability.TRACKING)
def events_came(*, store: Any, remotes: Sequence[RemoteEvent], actor: Actor, now: datetime) -> None:
    """A channel told tracking events."""
    tracking.record_remote(store=store, remotes=remotes, source=store.kind, actor=actor, now=now)


@on_settled(Ability.EXTEND_DELIVERY)
def extension_answered(call: OutboundCall, *, now: datetime) -> None:
    """The outbox settled the call of an extension."""
    tracking.extension_settled(call=call, now=now)


@still_wanted(Ability.EXTEND_DELIVERY)
def still_under_way(call: OutboundCall, *, now: datetime) -> str:
    """A parcel that has arrived, or whose order the buyer confirmed, needs no longer receiving time (G1c)."""
    found = Parcel._base_manager.filter(pk=call.subject_id).values_list("state", "order__state").first()
    if found is None or found[0] in SETTLED:
        return "the parcel has arrived or is settled"
    return "the order has ended" if found[1] in (OrderState.COMPLETED, OrderState.CANCELLED) else ""


@subscribe(OrdersImported, recovered_by="logistics.watch_parcels")
def on_orders_imported(event: OrdersImported) -> None:
    """Orders that came in as shipped elsewhere are followed from now on."""
    gone = event.order_ids if event.gone is None else event.gone
    if gone:
        tracking.adopt_orders(order_ids=gone, actor=system("import"), now=utcnow())
