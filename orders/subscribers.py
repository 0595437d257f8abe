"""News from below that orders act on."""

from __future__ import annotations

from core.audit import system
from core.clock import utcnow
from core.events import subscribe
from core.jobs import later
from inventory.events import GoodsArrived, StockShort
from orders.services import editing, stages
from products.events import ItemsMatched

INTAKE = system("intake")
#: More items than this are looked at by a worker.
DIRECT = 20


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
