"""What buyers ask for, and whether it can be done (ORD-03, ORD-04)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.events import publish
from orders.choices import TO_SHIP, HoldReason, OrderState, WishKind, WishState
from orders.events import OrdersChanged
from orders.models import Order, OrderLine, Wish
from orders.services.holding import hold, release
from worklist import services as worklist


def _need(actor: Actor) -> None:
    if not actor.has_perm("orders.change_order"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def add_wish(
    *, order: Order, kind: str, text: str, actor: Actor, now: datetime, value: str = "", line: OrderLine | None = None
) -> Wish:
    """Write down a request that was not in the note (said by message or telephone). Refuses an empty text, an unknown kind,
    a line of another order, and orders that have left."""
    _need(actor)
    text = text.strip()
    if kind not in WishKind.values or not text or len(text) > 300:
        raise Invalid("invalid_wish", _("Say what the buyer asks for, in up to 300 characters."),
                      errors={"text": [str(_("1 to 300 characters."))]})  # fmt: skip
    if line is not None and line.order_id != order.pk:
        raise Invalid(
            "foreign_line", _("This line belongs to another order."), errors={"line": [str(_("Another order."))]}
        )
    if order.state not in (*TO_SHIP, OrderState.UNPAID):
        raise Conflict("has_left", _("The goods have left the house."))
    wish = Wish._base_manager.create(
        order=order, line=line, kind=kind, text=text, value=value[:100], by_hand=True, created_at=now
    )
    audit.record(order, "wish.add", actor=actor, now=now, text=gettext_noop("Wish: %(wish)s"), wish=text)
    publish(OrdersChanged((order.pk,)))
    return wish


@transaction.atomic
def set_wish_state(*, wish: Wish, state: str, actor: Actor, now: datetime, note: str = "") -> Wish:
    """Say whether a wish can be met.

    ``cannot`` holds the order until the buyer was told (and opens that duty); ``told`` and ``dropped`` let it go on when no
    other impossible wish is left; ``open`` takes it back. Refuses an unknown state.
    """
    _need(actor)
    if state not in WishState.values:
        raise Invalid("invalid_state", _("Unknown state."), errors={"state": [str(_("Unknown state."))]})
    row = Wish._base_manager.select_for_update(of=("self",)).select_related("order").get(pk=wish.pk)
    if row.state == state:
        return row
    row.state = state
    row.save(update_fields=["state"])
    wish.state = state
    order = row.order
    label = str(WishState(state).label)
    audit.record(order, "wish.state", actor=actor, now=now,
        text=gettext_noop("Wish “%(wish)s”: %(state)s"), reason=note, wish=row.value or row.text,
                 state=label)  # fmt: skip
    if state == WishState.CANNOT:
        if order.state in (OrderState.NEW, OrderState.READY):
            hold(order=order, reason=HoldReason.WISH, note=note or row.text, actor=actor, now=now)
        worklist.plan(rule_key="orders.wish_cannot", subject_ids=[order.pk], now=now)
    elif not Wish._base_manager.filter(order=order, state=WishState.CANNOT).exists():
        worklist.close(rule_key="orders.wish_cannot", subject_ids=[order.pk], actor=actor, now=now, reason=label)
        if order.state == OrderState.HELD and order.hold_reason == HoldReason.WISH:
            release(order=order, actor=actor, now=now, note=note or label)
    publish(OrdersChanged((order.pk,)))
    return row
