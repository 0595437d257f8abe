"""Orders about which a dispute is open: stopped on their way out, and known as such afterwards."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.events import publish
from orders.choices import TO_SHIP, HoldReason, OrderState
from orders.events import OrdersReady, OrderStopped
from orders.models import Order


@transaction.atomic
def mark_dispute(*, order_id: int, is_open: bool, actor: Actor, now: datetime) -> bool:
    """Mark an order as disputed, or take the mark back; answers whether that changed anything.

    What is still in the house is stopped at the next scan; an order that has left keeps the mark so that texts and checks
    know of the dispute. Another interception stays as it is, and is not lifted here.
    """
    row = Order._base_manager.select_for_update(of=("self",)).get(pk=order_id)
    wanted = HoldReason.DISPUTE.value if is_open else ""
    if row.intercept not in ("", HoldReason.DISPUTE) or row.intercept == wanted:
        return False
    Order._base_manager.filter(pk=row.pk).update(intercept=wanted)
    text = gettext_noop("A dispute is open") if is_open else gettext_noop("No dispute is open any more")
    audit.record(row, "order.dispute", actor=actor, now=now, text=text)
    if is_open and row.state in TO_SHIP:
        publish(OrderStopped(row.pk))
    elif row.state == OrderState.READY:
        publish(OrdersReady((row.pk,)))  # the note that was blocked goes on
    return True
