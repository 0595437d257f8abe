"""Promises about messages that any database can prove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from conversations.choices import DeliveryState, MessageState, Route, TellingState
from conversations.models import Conversation, Delivery, Message, Telling
from core.clock import local_day
from core.invariants import invariant
from core.models import Job
from stores.choices import CallState
from worklist.choices import ALIVE
from worklist.models import Duty

_MIRROR = {
    CallState.QUEUED: DeliveryState.QUEUED, CallState.LEASED: DeliveryState.LEASED, CallState.SENT: DeliveryState.SENT,
    CallState.FAILED: DeliveryState.FAILED, CallState.UNKNOWN: DeliveryState.UNKNOWN,
}  # fmt: skip


@invariant("G1", "each delivery of a message has an outgoing call or waits for a person")
def deliveries_without_way(now: datetime) -> Iterable[object]:
    """A route that nobody will ever walk."""
    alone = Delivery._base_manager.filter(call__isnull=True)
    return (
        alone.exclude(state__in=[DeliveryState.BY_HAND, DeliveryState.DROPPED])
        .exclude(state=DeliveryState.SENT, confirmed_by__isnull=False)
        .exclude(state=DeliveryState.SENT, route=Route.MAILBOX)
    )


@invariant("G1", "a message handed to its routes has at least one")
def messages_without_route(now: datetime) -> Iterable[object]:
    """A text that goes nowhere."""
    return Message._base_manager.filter(state=MessageState.READY, deliveries__isnull=True)


@invariant("G1", "a delivery shows the state of its call")
def deliveries_out_of_step(now: datetime) -> Iterable[object]:
    """The mirror and the call differ."""
    wrong = Q()
    for call_state, state in _MIRROR.items():
        wrong |= Q(call__state=call_state) & ~Q(state=state)
    return (
        Delivery._base_manager.filter(wrong, call__isnull=False)
        .exclude(state=DeliveryState.BY_HAND)
        .exclude(confirmed_by__isnull=False)
    )


@invariant("G1", "each key is one message")
def keys_twice(now: datetime) -> Iterable[object]:
    """The same step and cycle written twice."""
    return [
        row["key"] for row in Message._base_manager.values("key").annotate(n=Count("pk")).filter(n__gt=1).order_by()
    ]


@invariant("G1c", "no chaser was sent after the buyer had answered")
def chasers_after_answer(now: datetime) -> Iterable[object]:
    """A reminder sent five seconds or more after an answer to it."""
    return Delivery._base_manager.filter(
        message__is_chaser=True, state=DeliveryState.SENT, call__isnull=False,
        message__conversation__messages__direction="in",
        message__conversation__messages__at__gt=F("message__at"),
        sent_at__gt=F("message__conversation__messages__at") + timedelta(seconds=5),
        message__conversation__messages__at__lt=F("call__sent_at") - timedelta(seconds=5),
    ).distinct()  # fmt: skip


@invariant("G1c", "at most one chaser per order and day")
def chasers_twice_a_day(now: datetime) -> Iterable[object]:
    """Two reminders about one order on one store-local day."""
    seen: dict[tuple[object, ...], int] = {}
    rows = Message._base_manager.filter(is_chaser=True).exclude(state=MessageState.CANCELLED)

    for message in rows.select_related("store").only("store__time_zone", "at", "facts", "conversation_id").iterator():
        place = (
            message.conversation_id,
            message.facts.get("order_ref"),
            local_day(message.at, message.store.time_zone),
        )
        seen[place] = seen.get(place, 0) + 1
    return [f"{place}: {n}" for place, n in seen.items() if n > 1]


@invariant("G5", "a buyer who waits has a duty that says so")
def waiting_without_duty(now: datetime) -> Iterable[object]:
    """A thread that waits for us longer than five minutes without a living duty."""
    told = Q(state__in=ALIVE) | Q(closed_at__gt=now - timedelta(days=1))
    ids = Duty._base_manager.filter(told, rule="conversations.answer").values("subject_id")
    old = Conversation._base_manager.filter(waiting_since__lt=now - timedelta(minutes=5))
    return old.exclude(pk__in=ids)


@invariant("G1", "what waits for a person has a duty that says so")
def by_hand_without_duty(now: datetime) -> Iterable[object]:
    """A text to copy that nobody is told of for more than a quarter of an hour."""
    told = Q(state__in=ALIVE) | Q(closed_at__gt=now - timedelta(days=1))
    ids = Duty._base_manager.filter(told, rule="conversations.send_by_hand").values("subject_id")
    old = Delivery._base_manager.filter(state=DeliveryState.BY_HAND, created_at__lt=now - timedelta(minutes=15))
    return old.exclude(pk__in=ids)


@invariant("G1", "a telling that is being told has a job that tells it, or that somebody stopped")
def tellings_without_job(now: datetime) -> Iterable[object]:
    """Nobody tells the rest, and nobody knows."""
    rows = Telling.objects.filter(state=TellingState.SENDING)
    return rows.filter(Q(job__isnull=True) | Q(job__state=Job.State.DONE))
