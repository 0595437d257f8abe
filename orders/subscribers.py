"""News from below that orders act on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Store
from core.audit import Actor, system
from core.clock import utcnow
from core.events import subscribe
from core.jobs import later
from inventory.events import GoodsArrived, StockShort
from orders.services import editing, importing, stages
from products.events import ItemsMatched
from stores.choices import Ability
from stores.contracts import RemoteOrder
from stores.registry import inbound

INTAKE = system("intake")
#: More items than this are looked at by a worker.
DIRECT = 20


@inbound(Ability.ORDERS)
def orders_came(*, store: Store, remotes: Sequence[RemoteOrder], actor: Actor, now: datetime) -> Any:
    """A channel told orders: bring them in. The answer names those that were refused, so their records are kept as unreadable."""
    return importing.import_remote(store=store, remotes=remotes, actor=actor, now=now)


@subscribe(GoodsArrived, recovered_by="orders.refresh_stages")
def on_goods_arrived(event: GoodsArrived) -> None:
    """Orders that waited for goods move on."""
    stages.restage(order_ids=event.order_refs, now=utcnow())


@subscribe(StockShort, recovered_by="orders.refresh_stages")
def on_stock_short(event: StockShort) -> None:
    """Orders that lost goods by a count wait again."""
    stages.restage(order_ids=event.order_refs, now=utcnow())


@subscribe(ItemsMatched, recovered_by="orders.rematch_missed")
def on_items_matched(event: ItemsMatched) -> None:
    """Orders that ask for these articles get their stock."""
    if len(event.item_ids) > DIRECT:
        later("orders.rematch", item_ids=list(event.item_ids))
        return
    editing.rematch(item_ids=event.item_ids, actor=INTAKE, now=utcnow())
