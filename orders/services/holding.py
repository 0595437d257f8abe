"""Orders that wait, go on, end, or must be stopped on their way out (ORD-24)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, policies
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.events import publish
from core.states import move_many
from inventory.services import stock
from orders.choices import TO_SHIP, HoldReason, OrderState, WishState
from orders.events import OrdersReady, OrderStopped
from orders.models import Order, Wish
from orders.policies import HOLD_LOOK_HOURS
from orders.services.assessing import UNDER_WAY
from orders.services.stages import restage
from stores import selectors as stores
from stores.choices import Ability
from stores.services import outbox
from worklist import services as worklist

Refused = dict[int, DomainError]
#: Duties that end with the order.
_DUTIES = (
    "orders.greet", "orders.unpaid", "orders.held", "orders.wish_cannot", "orders.cancel_request", "orders.ship_by_risk"
)  # fmt: skip


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def hold(
    *, order: Order, reason: str, actor: Actor, now: datetime, note: str = "", until: datetime | None = None
) -> None:
    """Let an order wait. See :func:`hold_many`."""
    _moved, refused = hold_many(orders=[order], reason=reason, note=note, until=until, actor=actor, now=now)
    if refused:
        raise refused[order.pk]


@transaction.atomic
def hold_many(
    *, orders: Sequence[Order], reason: str, actor: Actor, now: datetime, note: str = "", until: datetime | None = None
) -> tuple[list[Order], Refused]:
    """Let orders wait for ``reason`` (a HoldReason) until a date (without one: a day by the house's rule); when it comes,
    a duty opens.

    An order that is held already takes over the new reason and date. One whose note has left the desk is stopped at the
    next scan as well. Stock stays promised. Refuses orders that cannot be held (unpaid, on their way, ended), an unknown
    reason, and a date in the past.
    """
    if reason not in HoldReason.values:
        raise Invalid("invalid_reason", _("Unknown reason."), errors={"reason": [str(_("Unknown reason."))]})
    if until is not None and until <= now:
        raise Invalid("past_date", _("The date has passed."), errors={"until": [str(_("The date has passed."))]})
    until = until or now + timedelta(hours=float(policies.value(HOLD_LOOK_HOURS, now)))
    stages = {order.pk: order.stage for order in orders}
    sentence = note.strip() or str(HoldReason(reason).label)
    facts: dict[str, Any] = {"hold_reason": reason, "hold_note": note[:300], "hold_until": until}
    moved, refused = move_many(orders, "hold", actor=actor, now=now, reason=sentence, **facts)
    again = [o for o in orders if o.pk not in refused and o not in moved]
    if again:
        Order._base_manager.filter(pk__in=[o.pk for o in again]).update(**facts)
        audit.record_many(
            audit.entry(o, "order.hold", actor=actor, now=now, text=gettext_noop("Still on hold"), reason=sentence)
            for o in again
        )
        for order in again:
            order.hold_reason, order.hold_note, order.hold_until = reason, note[:300], until
    under_way = [o for o in moved if stages[o.pk] in UNDER_WAY]
    Order._base_manager.filter(pk__in=[o.pk for o in under_way]).update(intercept=reason)
    for order in under_way:
        order.intercept = reason
    done = [*moved, *again]
    ids = [order.pk for order in done]
    worklist.close(rule_key="orders.held", subject_ids=ids, actor=actor, now=now, reason=sentence)
    if reason == HoldReason.CANCEL_REQUEST:
        worklist.plan(rule_key="orders.cancel_request", subject_ids=ids, now=now)
    _after(moved, now)
    return done, refused


def release(*, order: Order, actor: Actor, now: datetime, note: str = "") -> None:
    """Let a held order go on. See :func:`release_many`."""
    _moved, refused = release_many(orders=[order], actor=actor, now=now, note=note)
    if refused:
        raise refused[order.pk]


@transaction.atomic
def release_many(
    *, orders: Sequence[Order], actor: Actor, now: datetime, note: str = ""
) -> tuple[list[Order], Refused]:
    """Let held orders go on: they become ready (``OrdersReady``) and are not held for the same reason again by themselves.

    Refuses orders with a wish that cannot be met while the buyer does not know it (ORD-04).
    """
    waiting = set(
        Wish._base_manager.filter(order__in=orders, state=WishState.CANNOT).values_list("order_id", flat=True)
    )
    refused: Refused = {pk: wish_refusal() for pk in waiting}
    rows = [order for order in orders if order.pk not in waiting]
    reasons = {order.pk: order.hold_reason for order in rows}
    moved, more = move_many(
        rows, "release", actor=actor, now=now, reason=note, hold_reason="", hold_note="", hold_until=None
    )
    by_cleared: dict[str, list[Order]] = {}
    for order in moved:
        by_cleared.setdefault(reasons[order.pk], []).append(order)
    for reason, some in by_cleared.items():
        for order in some:
            order.cleared = sorted({*order.cleared, reason})
            order.intercept = "" if order.intercept == reason else order.intercept
        Order._base_manager.bulk_update(some, ["cleared", "intercept"])
    ids = [order.pk for order in moved]
    for rule in ("orders.held", "orders.cancel_request"):
        worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason=note or "released")
    worklist.plan(rule_key="orders.greet", subject_ids=[o.pk for o in moved if o.greeted_at is None], now=now)
    restage(order_ids=ids, now=now)
    if ids:
        publish(OrdersReady(tuple(sorted(ids))))
    return moved, {**refused, **more}


def wish_refusal() -> Conflict:
    """Why an order with an impossible wish does not go on."""
    return Conflict("wish_open", _("A wish cannot be met. Tell the buyer first, or drop the wish."))


def cancel(*, order: Order, reason: str, actor: Actor, now: datetime) -> None:
    """End an order that has not left. See :func:`cancel_many`."""
    _moved, refused = cancel_many(orders=[order], reason=reason, actor=actor, now=now)
    if refused:
        raise refused[order.pk]


@transaction.atomic
def cancel_many(*, orders: Sequence[Order], reason: str, actor: Actor, now: datetime) -> tuple[list[Order], Refused]:
    """End orders that have not left the house, with a reason: the stock is free again, work on them stops
    (``OrderStopped``), their duties end. The channel is told where it asked (:func:`answer_cancel`). Refuses orders of
    which something was shipped."""
    moved, refused = move_many(
        orders, "cancel", actor=actor, now=now, reason=reason, hold_reason="", hold_note="", hold_until=None
    )
    ids = [order.pk for order in moved]
    if ids:
        stock.release(order_refs=ids, actor=actor, now=now)
        for rule in _DUTIES:
            worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason=reason, cancelled=True)
    _after(moved, now)
    return moved, refused


@transaction.atomic
def set_intercept(*, order: Order, reason: str, actor: Actor, now: datetime, note: str = "") -> None:
    """Stop what is under way: the parcel is refused at the next scan ("intercepted: put into the problem basket"). An empty
    ``reason`` takes that back. Refuses an unknown reason, and orders that have left."""
    _need(actor, "orders.hold_order")
    if reason and reason not in HoldReason.values:
        raise Invalid("invalid_reason", _("Unknown reason."), errors={"reason": [str(_("Unknown reason."))]})
    row = Order._base_manager.select_for_update(of=("self",)).get(pk=order.pk)
    if reason and row.state not in TO_SHIP:
        raise Conflict("has_left", _("The goods have left the house."))
    if row.intercept == reason:
        return
    Order._base_manager.filter(pk=row.pk).update(intercept=reason)
    order.intercept = reason
    label = HoldReason(reason).label if reason else ""
    text = "Stop the parcel" if reason else "The parcel may go on"
    audit.record(row, "order.intercept", actor=actor, now=now, text=text, reason=note or str(label))
    if reason == HoldReason.CANCEL_REQUEST:
        worklist.plan(rule_key="orders.cancel_request", subject_ids=[row.pk], now=now)
    else:
        worklist.close(
            rule_key="orders.cancel_request", subject_ids=[row.pk], actor=actor, now=now, reason=note or "answered"
        )
    if reason:
        publish(OrderStopped(row.pk))


@transaction.atomic
def answer_cancel(*, order: Order, accept: bool, actor: Actor, now: datetime, note: str = "") -> None:
    """Answer the buyer's wish to cancel: accepted ends the order, refused lets it go on. A channel that can be told is told
    through the outbox, once for each time the buyer asks; elsewhere the clerk answers by hand. Refuses when nobody asked and
    when the order has ended."""
    _need(actor, "orders.cancel_order")
    row = Order._base_manager.select_related("store").select_for_update(of=("self",)).get(pk=order.pk)
    asked = HoldReason.CANCEL_REQUEST in (row.intercept, row.hold_reason)
    if not asked or row.state == OrderState.CANCELLED:
        raise Conflict("nothing_asked", _("The buyer does not ask to cancel this order."))
    if accept:
        cancel(order=row, reason=note or str(_("The buyer asked to cancel.")), actor=actor, now=now)
    else:
        if row.intercept == HoldReason.CANCEL_REQUEST:
            set_intercept(order=row, reason="", actor=actor, now=now, note=note)
            row.cleared = sorted({*row.cleared, HoldReason.CANCEL_REQUEST.value})
            Order._base_manager.filter(pk=row.pk).update(cleared=row.cleared)
        if row.state == OrderState.HELD and row.hold_reason == HoldReason.CANCEL_REQUEST:
            release(order=row, actor=actor, now=now, note=note)
    if stores.offers(row.store, Ability.ANSWER_CANCEL):
        # The answer takes the request off under the row's lock, so its time stands for the request: a buyer who asks again is
        # answered again, nobody is answered twice.
        key = f"cancel-answer:{row.pk}:{int(accept)}:{now:%Y%m%d%H%M%S%f}"
        outbox.enqueue(
            store=row.store, ability=Ability.ANSWER_CANCEL, key=key, subject=row, now=now,
            payload={"order": row.external_id, "accept": accept, "note": note[:500]},
        )  # fmt: skip
    order.refresh_from_db()


def _after(moved: Iterable[Order], now: datetime) -> None:
    """Recompute where stopped orders stand and tell the apps above."""
    rows = list(moved)
    restage(order_ids=[order.pk for order in rows], now=now)
    for order in rows:
        publish(OrderStopped(order.pk))
