"""The short transactions of a call's life: claim, confirm right before it leaves, write down what came out.

Nothing here talks to a channel. Each function is one transaction; a worker that dies between two of them leaves a row
from which the next one knows whether the call has left the house (``begun_at``).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Q, When

from core import policies
from core.audit import system
from core.states import move, move_many
from stores import registry, rules, selectors
from stores.choices import DISCONNECTED
from stores.choices import CallState as S
from stores.connectors.base import Effect
from stores.contracts import Receipt
from stores.models import OutboundCall
from stores.policies import GIVE_UP_HOURS, LATE_EFFECT_SECONDS
from stores.services.outbox import lanes
from stores.services.outbox.queue import DEAD_LETTER, moved, settled
from worklist import services as worklist

OUTBOX = system("outbox")
#: Connect and read time-outs of a connector together stay below this (seconds).
CALL_SECONDS = 20
#: Lease > time-outs + grace, so that a living worker never loses a call it is sending.
LEASE = timedelta(seconds=60)
_FREE: dict[str, Any] = {"lease_until": None, "leased_by": ""}


@transaction.atomic
def claim(
    *, store_id: int, lane: str, token: str, now: datetime, limit: int, probe: bool = False
) -> list[OutboundCall]:
    """Lease the due calls of a lane to ``token``; rows other workers hold are passed over.

    What is in doubt is read back first, then what has a clock at the channel, then texts (``rules.URGENT``); oldest first
    among equals. Unclear calls keep their state while somebody reads back. A ``probe`` takes the call that was tried least.
    """
    due = lanes.calls_of(store_id, lane).filter(
        Q(state=S.QUEUED) | Q(state=S.UNKNOWN) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now)), due_at__lte=now
    )
    first = Case(When(state=S.UNKNOWN, then=0), When(ability__in=rules.URGENT, then=1), default=2)
    order = ("attempts", "due_at", "pk") if probe else (first, "due_at", "pk")
    calls = list(due.order_by(*order).select_for_update(skip_locked=True, of=("self",)).select_related("store")[:limit])
    fresh = [call for call in calls if call.state == S.QUEUED]
    lease: dict[str, Any] = {"lease_until": now + LEASE, "leased_by": token}
    move_many(fresh, "lease", actor=OUTBOX, now=now, begun_at=None, **lease)
    for call in fresh:
        moved(call, now=now)
    reading = [call for call in calls if call.state == S.UNKNOWN]
    if reading:
        OutboundCall._base_manager.filter(pk__in=[call.pk for call in reading]).update(**lease)
    return calls


@transaction.atomic
def begin(call: OutboundCall, *, token: str, now: datetime) -> Effect | None:
    """Confirm the lease right before the call leaves, and ask whether it is still wanted; None = do not send it.

    Counts the attempt and renews the lease in the same transaction, so nobody else can hold the call while it is under way.
    """
    row = _mine(call, token, S.LEASED)
    if row is None:
        return None
    if reason := _reason_against(row, now):
        move(row, "drop", actor=OUTBOX, now=now, reason=reason, error=rules.short_reason(reason), **_FREE)
        settled(row, now=now)
        return None
    patience = timedelta(hours=float(policies.value(GIVE_UP_HOURS, now, row.store_id)))
    first = {"give_up_at": now + patience} if row.attempts == 0 else {}
    row.attempts += 1
    OutboundCall._base_manager.filter(pk=row.pk).update(
        attempts=row.attempts, begun_at=now, lease_until=now + LEASE, **first
    )
    return effect_of(row, now)


def effect_of(call: OutboundCall, now: datetime) -> Effect:
    """The call as plain values for a connector."""
    return Effect(str(call.ability), call.key, call.payload, call.attempts, now, call.begun_at)


def _reason_against(row: OutboundCall, now: datetime) -> str:
    if lanes.lane_of(row.ability) == lanes.CARRIER:  # the carrier's account decides, not the channel's
        return registry.reason_against(row, now=now)
    if not selectors.offers(row.store, row.ability):
        return DISCONNECTED
    return registry.reason_against(row, now=now)


@transaction.atomic
def give_back(calls: Sequence[OutboundCall], *, token: str, now: datetime) -> None:
    """Put leased calls back that were not sent."""
    rows = OutboundCall._base_manager.select_for_update(of=("self",)).filter(
        pk__in=[call.pk for call in calls], leased_by=token
    )
    held = list(rows.order_by("pk"))
    leased = [row for row in held if row.state == S.LEASED and row.begun_at is None]
    move_many(leased, "give_back", actor=OUTBOX, now=now, **_FREE)
    for row in leased:
        moved(row, now=now)
    reading = [row.pk for row in held if row.state == S.UNKNOWN]
    OutboundCall._base_manager.filter(pk__in=reading).update(**_FREE)


@transaction.atomic
def succeeded(call: OutboundCall, receipt: Receipt, *, now: datetime) -> bool:
    """The effect happened. Written whoever holds the call by now, so that nobody does it again."""
    row = _locked(call)
    if row.state in (S.SENT, S.DROPPED):
        return False
    if row.state in (S.QUEUED, S.FAILED):  # a late answer for a call that others had given back or up
        if row.state == S.FAILED:
            move(row, "recheck", actor=OUTBOX, now=now)
        else:
            move(row, "lease", actor=OUTBOX, now=now, lease_until=now)
    move(row, "succeed", actor=OUTBOX, now=now, receipt=asdict(receipt), error="", doubtful=False, **_FREE)
    settled(row, now=now)
    return True


@transaction.atomic
def not_now(call: OutboundCall, *, token: str, now: datetime, error: str, retry_after: float | None = None) -> None:
    """It certainly did not happen: later again, or given up after three days."""
    row = _mine(call, token, S.LEASED)
    if row is None:
        return
    if now >= row.give_up_at:
        _fail(row, now, error)
        return
    pause = retry_after or rules.pause_seconds(row.attempts, random.random)
    move(
        row,
        "give_back",
        actor=OUTBOX,
        now=now,
        due_at=now + timedelta(seconds=pause),
        error=rules.short_reason(error),
        **_FREE,
    )
    moved(row, now=now)


@transaction.atomic
def untouched(call: OutboundCall, *, token: str, now: datetime, error: str) -> None:
    """The store cannot be reached as it is set up: the call waits unharmed and the try does not count."""
    row = _mine(call, token, S.LEASED)
    if row is not None:
        move(
            row,
            "give_back",
            actor=OUTBOX,
            now=now,
            attempts=max(0, row.attempts - 1),
            error=rules.short_reason(error),
            **_FREE,
        )
        moved(row, now=now)


@transaction.atomic
def refused(call: OutboundCall, *, now: datetime, error: str) -> None:
    """The channel refuses it for good: a person must look."""
    row = _locked(call)
    if row.state in (S.LEASED, S.QUEUED, S.UNKNOWN):
        _fail(row, now, error)


@transaction.atomic
def lost_track(call: OutboundCall, *, token: str, now: datetime, error: str) -> None:
    """Nobody knows whether it happened: wait longer than the longest late effect, then read back."""
    row = _mine(call, token, S.LEASED)
    if row is not None:
        _lose(row, now, now, error)


@transaction.atomic
def read_back_later(
    call: OutboundCall, *, token: str, now: datetime, error: str, retry_after: float | None = None
) -> None:
    """Reading back did not work: once more later; after three days a person must look (it stays doubtful)."""
    row = _mine(call, token, S.UNKNOWN)
    if row is None:
        return
    if now >= row.give_up_at:
        _fail(row, now, error)
        return
    pause = retry_after or rules.pause_seconds(row.attempts + 2, random.random)
    OutboundCall._base_manager.filter(pk=row.pk).update(
        due_at=now + timedelta(seconds=pause), error=rules.short_reason(error), **_FREE
    )


@transaction.atomic
def not_there(call: OutboundCall, *, token: str, now: datetime) -> None:
    """Read back: the attempt did not work. It may be sent again."""
    row = _mine(call, token, S.UNKNOWN)
    if row is None:
        return
    if now >= row.give_up_at:
        OutboundCall._base_manager.filter(pk=row.pk).update(doubtful=False)
        _fail(row, now, row.error)
        return
    move(row, "not_there", actor=OUTBOX, now=now, due_at=now, doubtful=False, begun_at=None, **_FREE)
    moved(row, now=now)


@transaction.atomic
def sweep(*, now: datetime, limit: int = 500) -> int:
    """Take up calls whose worker died: what had not left goes back into the queue, what had left is unclear."""
    over = Q(lease_until__lt=now) | Q(lease_until__gt=now + rules.FAR)  # or left behind by a simulated clock
    dead = OutboundCall._base_manager.filter(over, state=S.LEASED).order_by("pk")
    rows = list(dead.select_for_update(skip_locked=True, of=("self",))[:limit])
    unsent = [row for row in rows if row.begun_at is None]
    move_many(unsent, "give_back", actor=OUTBOX, now=now, **_FREE)
    for row in unsent:
        moved(row, now=now)
    for row in rows:
        if row.begun_at is not None:
            _lose(row, row.begun_at, now, "the worker ended while sending")
    return len(rows)


def _lose(row: OutboundCall, since: datetime, now: datetime, error: str) -> None:
    wait = rules.late_effect(int(policies.value(LATE_EFFECT_SECONDS, now, row.store_id)))
    move(row, "lose_track", actor=OUTBOX, now=now, due_at=max(now, since + wait), doubtful=True,
         error=rules.short_reason(error), **_FREE)  # fmt: skip
    moved(row, now=now)


def _fail(row: OutboundCall, now: datetime, error: str) -> None:
    move(
        row,
        "fail",
        actor=OUTBOX,
        now=now,
        error=rules.short_reason(error),
        reason=rules.short_reason(error, 300),
        **_FREE,
    )
    settled(row, now=now)
    worklist.plan(rule_key=DEAD_LETTER, subject_ids=[row.pk], now=now)


def _locked(call: OutboundCall) -> OutboundCall:
    row: OutboundCall = (
        OutboundCall._base_manager.select_for_update(of=("self",)).select_related("store").get(pk=call.pk)
    )
    return row


def _mine(call: OutboundCall, token: str, state: str) -> OutboundCall | None:
    """The locked row while ``token`` still holds it in ``state``; None when somebody else took it over."""
    row = _locked(call)
    return row if row.leased_by == token and row.state == state else None
