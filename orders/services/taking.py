"""History that somebody wants to work on after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import NotAllowed
from core.events import publish
from orders.choices import OrderState
from orders.events import OrdersImported
from orders.models import Order, OrderLine
from orders.selectors import RESERVING
from orders.services.assessing import assess_many
from orders.services.stages import restage
from products.services import catalogue

CHUNK = 500


def take_up(*, orders: Sequence[Order], actor: Actor, now: datetime) -> list[Order]:
    """Make orders that came in as history ordinary ones, as of now: assessed, with clocks that run from now, stock, duties.

    Orders that are not history stay as they are. Those already shipped or ended only become visible to follow-ups. Set-based,
    in pieces of one transaction each. Answers the orders that changed.
    """
    if not actor.has_perm("orders.take_up_order"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    taken: list[Order] = []
    ids = sorted(order.pk for order in orders)
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            rows = list(
                Order._base_manager.filter(pk__in=ids[start : start + CHUNK], history=True).order_by("pk")
                .select_for_update(of=("self",))
            )  # fmt: skip
            if rows:
                _take(rows, actor, now)
            taken += rows
    by_id = {order.pk: order for order in orders}
    for row in taken:
        by_id[row.pk].history = False
    return taken


def _take(rows: Sequence[Order], actor: Actor, now: datetime) -> None:
    ids = [row.pk for row in rows]
    Order._base_manager.filter(pk__in=ids).update(history=False)
    audit.record_many(
        audit.entry(row, "order.take_up", actor=actor, now=now, text=gettext_noop("Taken up from history"))
        for row in rows
    )
    live = [row.pk for row in rows if row.state in (OrderState.UNPAID, *RESERVING, OrderState.PART_SHIPPED)]
    items = OrderLine._base_manager.filter(order_id__in=live, item__matched=False).values_list("item_id", flat=True)
    if live:
        catalogue.mark_needed(item_ids=sorted(set(items)), now=now)
        assess_many(order_ids=live, actor=actor, now=now, anchor=now)
    restage(order_ids=set(ids) - set(live), now=now)
    publish(OrdersImported(tuple(ids)))
