"""Reads of feedback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import policies as house
from core.audit import Actor
from core.clock import local_day, utcnow
from core.errors import Missing
from disputes import policies
from disputes.choices import ReplyState
from disputes.models import Feedback, FeedbackVersion
from disputes.rules.cases import span_after
from disputes.rules.feedback import may_ask
from orders.choices import HoldReason, OrderState
from orders.models import Order
from stores import selectors as doors
from stores.choices import Ability, CallState
from stores.models import OutboundCall

#: Replies that are still to be written.
UNWRITTEN = [ReplyState.NONE.value, ReplyState.FAILED.value]
#: Replies that are still to be written or posted by a person.
OPEN_REPLIES = [*UNWRITTEN, ReplyState.BY_HAND.value]


def feedback_for(actor: Actor) -> QuerySet[Feedback]:
    """The ratings of the actor's stores."""
    return Feedback.objects.select_related("store", "order")


def rating(actor: Actor, pk: int) -> Feedback:
    """One rating; raises ``Missing``."""
    found = feedback_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def lock_feedback(pk: int) -> Feedback:
    """The row of a rating, locked, with store, order and buyer."""
    rows = Feedback._base_manager.select_for_update(of=("self",)).select_related("store", "order__buyer")
    return rows.get(pk=pk)


def feedback_of(order: Order) -> list[Feedback]:
    """The ratings of an order, newest first."""
    return list(Feedback.objects.filter(order=order).order_by("-given_at", "-pk"))


def versions_of(row: Feedback) -> list[FeedbackVersion]:
    """What a rating said before, newest first."""
    return list(FeedbackVersion.objects.filter(feedback=row).order_by("-given_at", "-pk"))


def care_count(actor: Actor) -> int:
    """Neutral and bad ratings of the last thirty days without an answer (for the menu; capped)."""
    since = utcnow() - timedelta(days=30)
    rows = feedback_for(actor).filter(stars__lte=3, given_at__gte=since, reply_state__in=OPEN_REPLIES)
    return int(rows.order_by()[:10_001].count())


def unanswered(now: datetime) -> QuerySet[Feedback]:
    """Ratings of the last weeks that nobody has answered; those of history ask nobody."""
    since = now - timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))
    return Feedback._base_manager.filter(
        reply_state__in=OPEN_REPLIES, received_at__gte=since, given_at__gte=since, order__history=False
    )


def to_look_at(now: datetime) -> QuerySet[Feedback]:
    """Answered neutral and bad ratings of the last weeks whose next look has come and that are not revised upwards."""
    since = now - timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))
    return Feedback._base_manager.filter(
        next_look_at__lte=now, stars__lte=3, given_at__gte=since, received_at__gte=since, order__history=False
    )


def ratings_without_cause(now: datetime) -> QuerySet[Feedback]:
    """Answered neutral and bad ratings of the last weeks of which nobody said what lay at the root."""
    since = now - timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))
    return Feedback._base_manager.filter(
        cause="", stars__lte=3, reply_state__in=[ReplyState.QUEUED, ReplyState.SENT], given_at__gte=since,
        received_at__gte=since, order__history=False,
    )  # fmt: skip


def sent_replies() -> QuerySet[OutboundCall, Any]:
    """The calls of replies that a channel took, by their rating."""
    return OutboundCall._base_manager.filter(ability=Ability.REPLY_FEEDBACK, state=CallState.SENT).values("subject_id")


def reply_due(row: Feedback, now: datetime) -> datetime:
    """By when a rating is answered: the channel's or the shop's hours after we heard of it."""
    clock = doors.deadline(row.store, "AE_FEEDBACK_REPLY", row.received_at)
    if clock is not None and clock.unit in ("hours", "days"):
        return span_after(row.received_at, clock.value, clock.unit, row.store.time_zone)
    return row.received_at + timedelta(hours=float(house.value(policies.REPLY_HOURS, now, row.store_id)))


def longest_reply(store_id: int, now: datetime) -> int:
    """Characters a reply may have."""
    return int(house.value(policies.REPLY_LENGTH, now, store_id))


def orders_of(store: Store, external_ids: Iterable[str]) -> dict[str, int]:
    """Order ids of a store by the channel's id or by the number people read out."""
    wanted = sorted({text for text in external_ids if text})
    rows = Order._base_manager.filter(store=store)
    found = dict(rows.filter(number__in=wanted).values_list("number", "pk"))
    found.update(rows.filter(external_id__in=wanted).values_list("external_id", "pk"))
    return found


def of_erased_buyers(order_ids: Iterable[int]) -> set[int]:
    """Those of the orders whose buyer asked to be forgotten: none of his words comes back."""
    rows = Order._base_manager.filter(pk__in=list(order_ids), buyer__erased_at__isnull=False)
    return set(rows.values_list("pk", flat=True))


def silent_orders(now: datetime) -> QuerySet[Order]:
    """Orders completed lately, not history, without a rating: their buyers may be asked."""
    days = int(house.value(policies.ASK_WITHIN_DAYS, now))
    rated = Feedback._base_manager.filter(order_id=OuterRef("pk"))
    return Order._base_manager.filter(
        ~Exists(rated), state=OrderState.COMPLETED, history=False, completed_at__gte=now - timedelta(days=days)
    )


def with_rating(ids: Iterable[int]) -> list[Order]:
    """Orders with store and buyer, each knowing whether it was rated and the clocks of asking (read once), in primary-key order."""
    rated = Feedback._base_manager.filter(order_id=OuterRef("pk"))
    rows = (
        Order._base_manager.filter(pk__in=list(ids)).select_related("store", "buyer").annotate(is_rated=Exists(rated))
    )
    clocks = doors.clocks("AE_FEEDBACK_REMIND", "AE_FEEDBACK_WINDOW")
    found: list[Order] = list(rows.order_by("pk"))
    for order in found:
        order.feedback_clocks = clocks  # type: ignore[attr-defined]
    return found


def _clock(order: Order, code: str, policy: house.Policy, now: datetime) -> int:
    """Days of a clock as it counts for the store of ``order`` (from :func:`with_rating`), else of the house rule."""
    row = order.feedback_clocks.get(order.store.kind, code, now)  # type: ignore[attr-defined]
    return int(float(row.value)) if row else int(house.value(policy, now, order.store_id))


def ask_days(order: Order, now: datetime) -> int:
    """Days after completion at which the silent buyer of ``order`` (from :func:`with_rating`) is asked."""
    return _clock(order, "AE_FEEDBACK_REMIND", policies.ASK_DAYS, now)


def may_be_asked(order: Order, now: datetime) -> bool:
    """Whether the buyer of ``order`` (from :func:`with_rating`) may be asked at ``now``."""
    done = order.completed_at
    within = _clock(order, "AE_FEEDBACK_WINDOW", policies.ASK_WITHIN_DAYS, now)
    zone = order.store.time_zone
    return may_ask(
        state=order.state, history=order.history, rated=bool(order.is_rated),  # type: ignore[attr-defined]
        disputed=HoldReason.DISPUTE in (order.hold_reason, order.intercept),
        days_since=(local_day(now, zone) - local_day(done, zone)).days if done else 0, within=within,
    )  # fmt: skip
