"""Every paid order is greeted before the buyer has to ask (ORD-02), and unpaid ones are asked about (ORD-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import services as conversations
from conversations.services import TextSpec
from core import audit
from core.audit import Actor
from core.errors import Conflict, DomainError, NotAllowed
from orders import selectors
from orders.choices import TO_SHIP, OrderState
from orders.models import Order
from worklist import services as worklist

GREETING, UNPAID = "T01", "T13"


@transaction.atomic
def greet_many(*, orders: Sequence[Order], actor: Actor, now: datetime) -> tuple[list[Order], dict[int, DomainError]]:
    """Send "order received" to the buyers of paid orders; answers those greeted and the refusals by id.

    Each order is greeted once. The clock keeps a refused text as a draft for a person and shows the store's ungreeted
    orders on Today; a person gets the refusal with the missing facts named. Refuses history, unpaid and ended orders, and
    those under payment check. The number of statements does not grow with the orders.
    """
    if not actor.has_perm("conversations.send_message"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    refused: dict[int, DomainError] = {}
    fit = []
    for order in orders:
        refusal = _unfit(order)
        if refusal is not None:
            refused[order.pk] = refusal
        elif order.greeted_at is None:
            fit.append(order)
    specs = [TextSpec(GREETING, order, f"{GREETING}:{order.pk}") for order in fit]
    outcomes = conversations.send_many(specs=specs, actor=actor, now=now, keep_refused=actor.is_system) if specs else []
    greeted = []
    for order, outcome in zip(fit, outcomes, strict=True):
        if outcome.code in ("sent", "exists"):
            greeted.append(order)
        elif outcome.code != "draft":
            refused[order.pk] = Conflict("template_refused", outcome.reason.replace("%", "%%"))
    _mark(greeted, actor, now)
    stores = sorted({order.store_id for order in fit if order.pk in refused})
    if actor.is_system and stores:
        worklist.plan(rule_key="orders.new_orders", subject_ids=stores, now=now)
    return greeted, refused


def _unfit(order: Order) -> Conflict | None:
    if order.history or order.state not in TO_SHIP:
        return Conflict("not_to_greet", _("Only paid orders that are still to be sent are greeted."))
    if order.state == OrderState.HELD and order.hold_reason == "payment_risk":
        return Conflict("payment_check", _("The payment is being checked; the greeting waits for it."))
    return None


def _mark(greeted: Sequence[Order], actor: Actor, now: datetime) -> None:
    if not greeted:
        return
    ids = [order.pk for order in greeted]
    Order._base_manager.filter(pk__in=ids, greeted_at__isnull=True).update(greeted_at=now)
    audit.record_many(
        audit.entry(order, "order.greet", actor=actor, now=now, text=gettext_noop("Buyer greeted")) for order in greeted
    )
    for order in greeted:
        order.greeted_at = now
    worklist.close(rule_key="orders.greet", subject_ids=ids, actor=actor, now=now, reason="greeted")


@transaction.atomic
def mark_told(*, order_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """Orders whose greeting left by another way (a draft that a person sent) count as greeted. Answers how many."""
    rows = list(
        Order._base_manager.filter(pk__in=order_ids, greeted_at__isnull=True)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    _mark(rows, actor, now)
    return len(rows)


@transaction.atomic
def ask_unpaid(*, orders: Sequence[Order], rounds: dict[int, int], actor: Actor, now: datetime) -> None:
    """Suggest the text that asks why an order is not paid, once a round; a person sends it."""
    rows = [order for order in orders if order.state == OrderState.UNPAID]
    specs = [TextSpec(UNPAID, order, f"{UNPAID}:{order.pk}:{rounds[order.pk]}", is_chaser=True) for order in rows]
    if specs:
        conversations.send_many(specs=specs, actor=actor, now=now)


@transaction.atomic
def ask_payment(*, order: Order, actor: Actor, now: datetime) -> None:
    """Ask the buyer of one order why it is not paid, at most once a day. Refuses paid and ended orders, and what the caps of
    reminders or a missing fact refuse."""
    if order.state != OrderState.UNPAID or order.history:
        raise Conflict("not_unpaid", _("Only orders that are not paid are asked about."))
    key = f"{UNPAID}:{order.pk}:{now:%Y%m%d}"
    conversations.send_template(base_code=UNPAID, about=order, key=key, is_chaser=True, actor=actor, now=now)


def settle_greetings(*, now: datetime, limit: int = 500) -> int:
    """Find ungreeted orders whose greeting did go out and mark them. Answers how many."""
    ids = selectors.greeted_by_message(limit)
    return mark_told(order_ids=ids, actor=audit.system("intake"), now=now) if ids else 0
