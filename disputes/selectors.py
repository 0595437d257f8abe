"""Reads of feedback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Store
from core import policies as house
from core.audit import Actor
from core.clock import local_day, utcnow
from disputes import policies
from disputes.models import Feedback
from disputes.rules.feedback import may_ask
from orders.choices import HoldReason, OrderState
from orders.models import Order
from stores import selectors as doors


def feedback_for(actor: Actor) -> QuerySet[Feedback]:
    """The ratings of the actor's stores."""
    return Feedback.objects.select_related("store", "order")


def feedback_of(order: Order) -> list[Feedback]:
    """The ratings of an order, newest first."""
    return list(Feedback.objects.filter(order=order).order_by("-given_at", "-pk"))


def bad_count(actor: Actor) -> int:
    """Ratings of one to three stars of the last thirty days (for the menu; capped)."""
    since = utcnow() - timedelta(days=30)
    return int(feedback_for(actor).filter(stars__lte=3, given_at__gte=since).order_by()[:10_001].count())


def orders_of(store: Store, external_ids: Iterable[str]) -> dict[str, int]:
    """Order ids of a store by the channel's id or by the number people read out."""
    wanted = sorted({text for text in external_ids if text})
    rows = Order._base_manager.filter(store=store)
    found = dict(rows.filter(number__in=wanted).values_list("number", "pk"))
    found.update(rows.filter(external_id__in=wanted).values_list("external_id", "pk"))
    return found


def silent_orders(now: datetime) -> QuerySet[Order]:
    """Orders completed lately, not history, without a rating: their buyers may be asked."""
    days = int(house.value(policies.ASK_WITHIN_DAYS, now))
    rated = Feedback._base_manager.filter(order_id=OuterRef("pk"))
    return Order._base_manager.filter(
        ~Exists(rated), state=OrderState.COMPLETED, history=False, completed_at__gte=now - timedelta(days=days)
    )


def with_rating(ids: Iterable[int]) -> list[Order]:
    """Orders with store and buyer, each knowing whether it was rated, in primary-key order."""
    rated = Feedback._base_manager.filter(order_id=OuterRef("pk"))
    rows = (
        Order._base_manager.filter(pk__in=list(ids)).select_related("store", "buyer").annotate(is_rated=Exists(rated))
    )
    return list(rows.order_by("pk"))


def ask_days(store: Store, now: datetime) -> int:
    """Days after completion at which a silent buyer of the store is asked."""
    row = doors.deadline(store, "AE_FEEDBACK_REMIND", now)
    return int(float(row.value)) if row else int(house.value(policies.ASK_DAYS, now, store.pk))


def may_be_asked(order: Order, now: datetime) -> bool:
    """Whether the buyer of ``order`` (from :func:`with_rating`) may be asked at ``now``."""
    done = order.completed_at
    row = doors.deadline(order.store, "AE_FEEDBACK_WINDOW", now)
    within = int(float(row.value)) if row else int(house.value(policies.ASK_WITHIN_DAYS, now, order.store_id))
    zone = order.store.time_zone
    return may_ask(
        state=order.state, history=order.history, rated=bool(order.is_rated),  # type: ignore[attr-defined]
        disputed=HoldReason.DISPUTE in (order.hold_reason, order.intercept),
        days_since=(local_day(now, zone) - local_day(done, zone)).days if done else 0, within=within,
    )  # fmt: skip
