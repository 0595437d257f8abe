"""One way out of one store. A lane is paused, held or open; one worker walks it at a time, so that what a channel asks
(Retry-After) is obeyed by all. Channel, e-mail and carriers of a store are lanes of their own and do not wait for each other."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, policies
from core.audit import Actor
from core.errors import NotAllowed
from stores import rules
from stores.choices import Ability, CallState
from stores.models import CarrierLane, Connection, Lane, MailLane, OutboundCall
from stores.policies import BREAKER_FAULTS
from worklist import services as worklist

CHANNEL, MAIL, CARRIER = "channel", "mail", "carrier"
PAUSED = "stores.paused"
#: Lane -> its model (a :class:`Lane` with a store).
MODELS: dict[str, Any] = {CHANNEL: Connection, MAIL: MailLane, CARRIER: CarrierLane}
#: Which abilities go by a lane of their own; all others go by the channel.
OWN: dict[str, tuple[str, ...]] = {
    MAIL: (Ability.SEND_EMAIL,),
    CARRIER: (Ability.CARRIER_WAYBILL, Ability.CARRIER_VOID),
}
#: A worker holds a lane for so long without giving a sign; then it counts as dead.
BUSY = timedelta(seconds=30)
SIGN = timedelta(seconds=5)


def lane_of(ability: str) -> str:
    """The lane calls of ``ability`` go by."""
    return next((lane for lane, mine in OWN.items() if ability in mine), CHANNEL)


def calls_of(store_id: int, lane: str) -> QuerySet[OutboundCall]:
    """The calls of one lane."""
    mine = (
        Q(ability__in=OWN[lane]) if lane in OWN else ~Q(ability__in=[name for names in OWN.values() for name in names])
    )
    return OutboundCall._base_manager.filter(mine, store_id=store_id)


def row_of(store_id: int, lane: str) -> Lane:
    """The row of the lane; made at its first use."""
    manager = MODELS[lane]._base_manager
    found: Lane | None = manager.filter(store_id=store_id).first()
    return found or manager.get_or_create(store_id=store_id)[0]


def facts(row: Lane) -> rules.LaneFacts:
    """What rules decide on."""
    return rules.LaneFacts(row.paused_reason, row.hold_until, row.failures)


def threshold(now: datetime) -> int:
    """Faults in a row that open the breaker."""
    return int(policies.value(BREAKER_FAULTS, now))


def paused_reasons(home: Any) -> list[str]:
    """Why the lanes of a store stand still, given the row of its channel; empty when they work."""
    store_id = home.store_id
    found = [
        model._base_manager.filter(store_id=store_id).values_list("paused_reason", flat=True).first()
        for model in MODELS.values()
    ]
    return [reason for reason in found if reason]


def take(store_id: int, lane: str, worker: str, now: datetime) -> Lane | None:
    """The lane for ``worker`` alone; None while it is paused, held, or walked by another."""
    row = row_of(store_id, lane)
    if not rules.lane_open(facts(row), now):
        return None
    ahead = now + rules.FAR  # left behind by a simulated clock
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now) | Q(busy_until__gt=ahead) | Q(busy_by=worker)
    held = Q(hold_until__isnull=True) | Q(hold_until__lte=now) | Q(hold_until__gt=ahead)
    won = MODELS[lane]._base_manager.filter(free & held, pk=row.pk, paused_reason="")
    if not won.update(busy_until=now + BUSY, busy_by=worker):
        return None
    row.refresh_from_db()
    return row


def keep(lane: str, row: Lane, worker: str, now: datetime) -> bool:
    """Ask again whether ``worker`` may walk the lane, and give a sign of life when the last one is ``SIGN`` old (a sign
    before each call would cost a commit each). False = stop walking it."""
    mine = MODELS[lane]._base_manager.filter(pk=row.pk, busy_by=worker)
    fresh = mine.first()
    if fresh is None or not rules.lane_open(facts(fresh), now):
        return False
    if fresh.busy_until - now > BUSY - SIGN:
        return True
    return bool(mine.update(busy_until=now + BUSY))


def free(lane: str, row: Lane, worker: str) -> None:
    """Let the lane go."""
    MODELS[lane]._base_manager.filter(pk=row.pk, busy_by=worker).update(busy_until=None, busy_by="")


def fault(lane: str, row: Lane, now: datetime, retry_after: float | None = None) -> None:
    """Count a fault of the channel: the lane waits as long as the channel asked, or as the breaker says."""
    manager = MODELS[lane]._base_manager
    manager.filter(pk=row.pk).update(failures=F("failures") + 1)
    failures = manager.values_list("failures", flat=True).get(pk=row.pk)
    pause = rules.hold_seconds(failures, threshold(now), random.random)
    wait = max(pause, retry_after or 0.0)
    if wait:
        until = now + timedelta(seconds=wait)
        manager.filter(Q(hold_until__isnull=True) | Q(hold_until__lt=until), pk=row.pk).update(hold_until=until)


def healed(lane: str, row: Any, now: datetime) -> None:
    """The channel answered: forget the faults. When the breaker had been open, everything it kept waiting is due now."""
    manager = MODELS[lane]._base_manager
    failures = manager.values_list("failures", flat=True).get(pk=row.pk)
    if not failures:
        return
    manager.filter(pk=row.pk).update(failures=0, hold_until=None)
    if failures >= threshold(now):
        calls_of(row.store_id, lane).filter(state=CallState.QUEUED, attempts__gt=0, due_at__gt=now).update(due_at=now)


@transaction.atomic
def pause(*, store: Store, lane: str, reason: str, actor: Actor, now: datetime) -> None:
    """Stop everything of a lane, with the reason people see. What is due waits; nothing is lost."""
    _may(actor)
    row = row_of(store.pk, lane)
    changed = (
        MODELS[lane]
        ._base_manager.filter(pk=row.pk, paused_reason="")
        .update(paused_reason=rules.short_reason(reason, 300) or "-")
    )
    if changed:
        audit.record(
            store,
            "store.paused",
            actor=actor,
            now=now,
            text=gettext_noop("Stopped: %(lane)s"),
            reason=reason,
            lane=lane,
        )
        worklist.plan(rule_key=PAUSED, subject_ids=[row_of(store.pk, CHANNEL).pk], now=now)


@transaction.atomic
def resume(*, store: Store, lane: str, actor: Actor, now: datetime) -> None:
    """Let a lane work again: faults and pauses are forgotten, what waited is due at once."""
    _may(actor)
    row = row_of(store.pk, lane)
    changed = (
        MODELS[lane]
        ._base_manager.filter(pk=row.pk)
        .exclude(paused_reason="", failures=0, hold_until=None)
        .update(paused_reason="", failures=0, hold_until=None)
    )
    calls_of(store.pk, lane).filter(state=CallState.QUEUED, attempts__gt=0, due_at__gt=now).update(due_at=now)
    home = row_of(store.pk, CHANNEL)
    if not paused_reasons(home):
        worklist.close(rule_key=PAUSED, subject_ids=[home.pk], actor=actor, now=now)
    if changed:
        audit.record(
            store, "store.resumed", actor=actor, now=now, text=gettext_noop("Works again: %(lane)s"), lane=lane
        )


def _may(actor: Actor) -> None:
    if not actor.has_perm("stores.change_connection"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
