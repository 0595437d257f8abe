"""Promises about the doors that any database can prove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from core.invariants import invariant
from stores import rules
from stores.choices import CallState, InboundState
from stores.models import InboundRecord, OutboundCall
from stores.services.outbox import lanes
from worklist.choices import ALIVE
from worklist.models import Duty

#: A due call is sent within a minute; this much more is granted for retries of the sweep.
PATIENCE = timedelta(minutes=15)


@invariant("G1", "what was sent has a receipt with the channel's id")
def sent_without_receipt(now: datetime) -> Iterable[object]:
    """Marked as done without proof."""
    sent = OutboundCall._base_manager.filter(state=CallState.SENT)
    return sent.filter(Q(receipt__remote_id__isnull=True) | Q(receipt__remote_id=""))


@invariant("G1", "no effect left before its time")
def sent_early(now: datetime) -> Iterable[object]:
    """Sent before it was written."""
    return OutboundCall._base_manager.filter(state=CallState.SENT, sent_at__lt=F("created_at"))


@invariant("G1", "no due call waits for more than a quarter of an hour while its channel is open")
def overdue_calls(now: datetime) -> Iterable[object]:
    """Due, and nobody comes."""
    waiting = OutboundCall._base_manager.filter(
        state__in=[CallState.QUEUED, CallState.UNKNOWN], due_at__lt=now - PATIENCE
    ).select_related("store")
    shut: dict[tuple[int, str], bool] = {}
    found = []
    for call in waiting.order_by("pk")[:5000]:
        place = (call.store_id, lanes.lane_of(call.ability))
        if place not in shut:
            shut[place] = not rules.lane_open(lanes.facts(lanes.row_of(*place)), now)
        if not shut[place]:
            found.append(call)
    return found


@invariant("G0", "no worker that died keeps a call")
def dead_leases(now: datetime) -> Iterable[object]:
    """A lease that ended long ago."""
    return OutboundCall._base_manager.filter(state=CallState.LEASED, lease_until__lt=now - timedelta(minutes=3))


@invariant("G1", "a call that was given up is a duty of a person")
def dead_letters_without_duty(now: datetime) -> Iterable[object]:
    """Failed, and nobody is told."""
    ids = (
        Duty._base_manager.filter(rule="stores.dead_letter")
        .filter(Q(state__in=ALIVE) | Q(state="done"))
        .values("subject_id")
    )
    return OutboundCall._base_manager.filter(state=CallState.FAILED).exclude(pk__in=ids)


@invariant("G1", "the same effect is one call")
def keys_twice(now: datetime) -> Iterable[object]:
    """One key, two calls."""
    return [
        row["key"]
        for row in OutboundCall._base_manager.values("key").annotate(n=Count("pk")).filter(n__gt=1).order_by()
    ]


@invariant("G5", "every record of a channel is read, or a person is told")
def forgotten_records(now: datetime) -> Iterable[object]:
    """Stored for more than a quarter of an hour and not read."""
    return InboundRecord._base_manager.filter(state=InboundState.NEW, received_at__lt=now - PATIENCE)


@invariant("G16", "a channel that asked for a pause got it")
def sent_while_held(now: datetime) -> Iterable[object]:
    """Retry-After broken: a call left its lane after the last fault told it to wait, and before the wait was over.

    Only the present wait is on record; the proof over time is the journal of the pretend shop (tests).
    """
    found = []
    for name, model in lanes.MODELS.items():
        for row in model._base_manager.filter(hold_until__gt=now, failures__gt=0):
            found += list(
                lanes.calls_of(row.store_id, name).filter(state=CallState.LEASED, begun_at__gt=row.hold_until)
            )
    return found
